import { CursorFile } from "./cursor.js";

/** What a shipper leaves behind that has delivered everything below `next`. */
export function deliverUpTo(folder: string, next: number): void {
  const cursor = new CursorFile(folder);
  cursor.write({ next, beyond: [] }, 0);
  cursor.close();
}
