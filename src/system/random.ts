const ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz";

/** `length` letters and digits, each drawn evenly; 12 of them are 62 bits. */
export function randomId(length: number): string {
  // Not imported: `import` would also load all that node:crypto has of WebCrypto, into every application that logs.
  const { randomBytes } = process.getBuiltinModule("node:crypto");
  let id = "";
  while (id.length < length) {
    for (const byte of randomBytes(length)) {
      // 252 is the largest multiple of 36 in a byte: values above it would favour the first letters.
      if (byte < 252 && id.length < length) {
        id += ALPHABET[byte % 36];
      }
    }
  }
  return id;
}
