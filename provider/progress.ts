import { neonWaits } from "./neon/waits";

/** Says every ten seconds what is being waited for, where there is anything to say, until `work` ends. */

export async function saying<T>(
  inform: (text: string) => void,
  what: () => string | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const start = Date.now();
  const timer = setInterval(() => {
    const text = what();
    if (text !== undefined) inform(`${text} (${Math.round((Date.now() - start) / 1000)} s so far)`);
  }, neonWaits.progress);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
