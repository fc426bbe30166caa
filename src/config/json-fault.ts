/**
 * Where a JSON text goes wrong. V8's messages name a position for some faults and not for others, so the position is
 * found by walking the grammar of RFC 8259, with what dragonlog.json may hold beyond it: line and block comments wherever
 * there may be space, and a comma after the last entry. Whoever comments lines in and out needs both.
 */

const SPACE = /(?:[ \t\n\r]|\/\/[^\n]*|\/\*[^*]*\*+(?:[^/*][^*]*\*+)*\/)*/y;
const LITERAL = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/y;

class Fault {
  constructor(readonly offset: number) {}
}

/** The offset of the first character that cannot stand where it stands; undefined if `withoutComments` makes JSON of it. */
export function jsonFaultAt(text: string): number | undefined {
  let at = 0;

  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    if (!pattern.test(text)) return false;
    at = pattern.lastIndex;
    return true;
  };
  const takeMark = (mark: string): boolean => {
    take(SPACE);
    if (text[at] !== mark) return false;
    at++;
    return true;
  };
  const demand = (taken: boolean): void => {
    if (!taken) throw new Fault(at);
  };
  const list = (close: string, item: () => void): void => {
    if (takeMark(close)) return;
    do {
      item();
      if (takeMark(close)) return;
      demand(takeMark(","));
    } while (!takeMark(close));
  };
  const member = (): void => {
    take(SPACE);
    demand(take(STRING));
    demand(takeMark(":"));
    value();
  };
  const value = (): void => {
    if (takeMark("{")) list("}", member);
    else if (takeMark("[")) list("]", value);
    else demand(take(STRING) || take(LITERAL));
  };

  try {
    value();
    take(SPACE);
    demand(at === text.length);
    return undefined;
  } catch (fault) {
    if (fault instanceof Fault) return fault.offset;
    throw fault;
  }
}
