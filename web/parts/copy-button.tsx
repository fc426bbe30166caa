import { useEffect, useState } from "preact/hooks";

const SAID_MS = 1500;

/** Copies a text, and says that it did. */
export function CopyButton({ text, label }: { text: () => string | Promise<string>; label: string }) {
  const [said, setSaid] = useState<string>();
  useEffect(() => {
    if (said === undefined) return undefined;
    const timer = setTimeout(() => setSaid(undefined), SAID_MS);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(await text());
      setSaid("Copied");
    } catch {
      setSaid("Cannot copy");
    }
  };
  return (
    <button type="button" onClick={copy}>
      <span aria-live="polite">{said ?? label}</span>
    </button>
  );
}
