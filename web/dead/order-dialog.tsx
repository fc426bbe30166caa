/** Says exactly what an order will do, asked of the shipper beforehand, and gives it when it is confirmed. */
import { useEffect, useState } from "preact/hooks";
import type { DeadLetterOrder, Dropped, Replayed } from "../../src/serve/api.js";
import { Modal } from "../parts/modal.js";
import { postJson, sentencesOf } from "../system/api.js";
import { counted, exactly } from "../system/figures.js";
import { visibleLine } from "../system/visible.js";

export interface Order {
  readonly what: "replay" | "drop";
  readonly order: DeadLetterOrder;
  /** Of which letters it speaks: `of this kind`. */
  readonly which: string;
}

interface OrderDialogProps {
  readonly asked: Order;
  /** With the outcome in a sentence; undefined when it was cancelled. */
  readonly onClose: (outcome: string | undefined) => void;
}

export function OrderDialog({ asked: { what, order, which }, onClose }: OrderDialogProps) {
  const [plan, setPlan] = useState<Replayed & Partial<Dropped>>();
  const [trouble, setTrouble] = useState<string>();
  const [busy, setBusy] = useState(false);
  const path = `/api/dead-letters/${what}`;
  useEffect(() => {
    postJson<Replayed>(path, { ...order, dryRun: true }).then(setPlan, (error) =>
      setTrouble(sentencesOf(error)),
    );
  }, [path, order]);
  const confirm = async (): Promise<void> => {
    setBusy(true);
    try {
      const done = await postJson<Replayed>(path, order);
      onClose(what === "replay" ? replayedText(done) : `${letters(done.letters)} dropped for good.`);
    } catch (error) {
      setTrouble(sentencesOf(error));
      setBusy(false);
    }
  };
  const verb = what === "replay" ? "Replay" : "Drop";
  return (
    <Modal title={`${verb} ${which}?`} onClose={() => onClose(undefined)}>
      {plan === undefined && trouble === undefined && <p class="dim">Counts what it would do…</p>}
      {plan !== undefined && (what === "replay" ? <ReplayPlan plan={plan} /> : <DropPlan plan={plan} />)}
      {trouble !== undefined && (
        <p class="error" role="alert">
          {visibleLine(trouble)}
        </p>
      )}
      <div class="buttons">
        <button type="button" onClick={() => onClose(undefined)}>
          Cancel
        </button>
        <button
          type="button"
          class={what === "drop" ? "danger" : "primary"}
          disabled={busy || plan === undefined || plan.letters === 0}
          onClick={confirm}
        >
          {busy ? "…" : plan === undefined ? verb : `${verb} ${exactly(plan.letters)}`}
        </button>
      </div>
    </Modal>
  );
}

function ReplayPlan({ plan: { letters: fit, unfit, outOfTime = 0 } }: { plan: Replayed }) {
  return (
    <>
      <p>
        {fit === 0
          ? "None of them can be sent again from here."
          : `${letters(fit)} ${fit === 1 ? "goes" : "go"} back into the buffer and out with the next batches. What is refused again comes back here.`}
      </p>
      {unfit > 0 && <p>{letters(unfit)} cannot be sent again from here, and stay.</p>}
      {outOfTime > 0 && (
        <p class="warning">
          {exactly(outOfTime)} of them {outOfTime === 1 ? "is" : "are"} too old or too far ahead for the
          destination, which would refuse {outOfTime === 1 ? "it" : "them"} again.
        </p>
      )}
    </>
  );
}

function DropPlan({ plan: { letters: dropped } }: { plan: Dropped }) {
  return (
    <p>
      {dropped === 0
        ? "There is none left to drop."
        : `${letters(dropped)} ${dropped === 1 ? "is" : "are"} deleted from the disk. Nothing brings ${dropped === 1 ? "it" : "them"} back. To keep a copy, cancel and run dragonlog dead export first.`}
    </p>
  );
}

function replayedText({ letters: replayed, unfit }: Replayed): string {
  const stay =
    unfit > 0
      ? ` ${letters(unfit)} cannot be sent again from here, and ${unfit === 1 ? "stays" : "stay"}.`
      : "";
  return `${letters(replayed)} went back into the buffer and ${replayed === 1 ? "is" : "are"} sent again.${stay}`;
}

function letters(amount: number): string {
  return counted(amount, "dead letter");
}
