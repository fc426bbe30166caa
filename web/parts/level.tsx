import { levelName, levelOf } from "../system/levels.js";
import { cut, visibleLine } from "../system/visible.js";

/** A level, told by its word, a shape and a colour. */
export function LevelBadge({ type }: { type: string }) {
  return (
    <span class={`badge level-${levelName(levelOf(type))}`}>{cut(visibleLine(type), 40) || "no type"}</span>
  );
}
