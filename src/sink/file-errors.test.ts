import assert from "node:assert/strict";
import { test } from "node:test";
import { answerForFileError } from "./file-errors.js";

const TABLE = {
  unavailable: ["ENOSPC", "EDQUOT", "EIO", "EMFILE", "ENFILE", "EFBIG", "ENOENT", "ESTALE", "EPIPE"],
  denied: ["EACCES", "EPERM", "EROFS", "ENOTDIR", "EISDIR", "ELOOP", "ENAMETOOLONG"],
} as const;

for (const [cause, codes] of Object.entries(TABLE)) {
  for (const code of codes) {
    test(`${code} is ${cause}`, () => {
      const error = Object.assign(new Error(code), { code });
      assert.deepEqual(answerForFileError(error), { verdict: "retry", cause, error });
    });
  }
}

test("a defect is thrown on", () => {
  const defect = new TypeError("undefined is not a function");
  assert.throws(() => answerForFileError(defect), defect);
});
