const works = new Set<() => unknown>();

/** Pulumi ends this process with SIGINT when its run is over, and so when the state is saved. */
export function atProcessEnd(work: () => unknown): void {
  if (works.size === 0) process.once("SIGINT", end);
  works.add(work);
}

async function end(): Promise<void> {
  await Promise.all([...works].map((work) => work()));
  process.exit(130);
}
