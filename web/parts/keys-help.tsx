import { Modal } from "./modal.js";

const KEYS: readonly (readonly [keys: string, what: string])[] = [
  ["/", "search"],
  ["Space", "pause, and go on"],
  ["↑ ↓  or  k j", "move in the list"],
  ["Enter", "the record in full"],
  ["Shift G", "to the newest"],
  ["Esc", "close, or leave a field"],
  ["← →  on the time line", "move; with Shift select; Enter shows only that time"],
  ["?", "these keys"],
];

export function KeysHelp({ onClose }: { onClose: () => void }) {
  return (
    <Modal title="Keys" onClose={onClose}>
      <dl class="keys">
        {KEYS.map(([keys, what]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog" class="buttons">
        <button type="submit">Close</button>
      </form>
    </Modal>
  );
}
