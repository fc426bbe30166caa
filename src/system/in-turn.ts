/** Acts on at most `max` items at once, and on no further ones after a failure. Rejects with the first, when all have ended. */
export async function inTurn<T>(
  items: readonly T[],
  max: number,
  act: (item: T) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  const errors: unknown[] = [];
  const take = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
      try {
        await act(item);
      } catch (error) {
        errors.push(error);
        queue.length = 0;
      }
    }
  };
  await Promise.all(Array.from({ length: max }, take));
  if (errors.length > 0) {
    throw errors[0];
  }
}
