/** Calls again and again until the returned function is called. Does not keep the process alive; what it throws is lost. */
export function every(ms: number, call: () => void): () => void {
  const timer = setInterval(() => {
    try {
      call();
    } catch {
      // Whoever looks or reports now and then must not end what it looks at.
    }
  }, ms);
  timer.unref();
  return () => clearInterval(timer);
}
