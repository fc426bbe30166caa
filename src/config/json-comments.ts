/** A string is found first, whole, so that nothing inside one is taken for what stands between them. */
const STRING_OR_COMMENT = /("(?:[^"\\]|\\.)*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;
const STRING_OR_LAST_COMMA = /("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])/g;

/** The JSON in a text of which `jsonFaultAt` says that it has no fault: comments and commas after a last entry are left out. */
export function withoutComments(text: string): string {
  return text.replace(STRING_OR_COMMENT, "$1").replace(STRING_OR_LAST_COMMA, "$1");
}
