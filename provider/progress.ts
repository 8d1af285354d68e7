/** Reports at intervals what `work` is waiting for, until it ends. `what` returns undefined if there is nothing to report. */
export async function reportWaiting<T>(
  inform: (text: string) => void,
  what: () => string | undefined,
  work: () => Promise<T>,
  everyMs = 10_000,
): Promise<T> {
  const start = Date.now();
  const timer = setInterval(() => {
    const text = what();
    if (text !== undefined) inform(`${text} (${Math.round((Date.now() - start) / 1000)} s so far)`);
  }, everyMs);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
