import type { ApiFault, ApiFaults } from "./neon/api/faults";
import type { RecordedRequest } from "./neon/api/server";

/** A place between two requests to Neon's API: at the n-th one of an operation. */
export interface RequestBoundary {
  index: number;
  /** Never carried out; carried out, but nobody hears of it; or all is done, and only who asked for it does not hear of it. */
  point: "before server" | "before answer" | "at the end";
}

interface ApiDoor {
  requests: RecordedRequest[];
  faults: ApiFaults;
}

/** Counts requests. Another look at the same operation counts as the one before it: how many there are, the clock decides. */
function counting(): (path: string) => { index: number; isNew: boolean } {
  let index = -1;
  let last = "";
  return (path) => {
    const isNew = path !== last || !path.includes("/operations/");
    if (isNew) index++;
    last = path;
    return { index, isNew };
  };
}

/** Runs `work` and names every boundary in it. A request that only reads changes nothing, whichever side it breaks on. */
export async function requestBoundariesOf(door: ApiDoor, work: () => Promise<unknown>): Promise<RequestBoundary[]> {
  const before = door.requests.length;
  await work();
  const count = counting();
  const requests = door.requests.slice(before).filter(({ path }) => count(path).isNew);
  const found = requests.flatMap(({ method }, index): RequestBoundary[] => [
    { index, point: "before server" },
    ...(method === "GET" ? [] : [{ index, point: "before answer" } as const]),
  ]);
  return [...found, { index: requests.length, point: "at the end" }];
}

export interface RequestBreak {
  /** Called at the boundary. */
  onBreak?(): void;
  /** Every later request is cut too, as where the network is gone. */
  isForGood?: boolean;
}

/** Runs `work` and cuts its connection at the boundary; true where it came that far. */
export async function breakAtRequest(
  door: ApiDoor,
  { index, point }: RequestBoundary,
  work: () => Promise<unknown>,
  { onBreak = () => {}, isForGood = false }: RequestBreak = {},
): Promise<boolean> {
  let broken = false;
  const strike = () => {
    broken = true;
    onBreak();
  };
  const fault: ApiFault =
    point === "before answer" ? { cut: "after", after: strike } : { cut: "before", before: strike };
  const [first, later] = [counting(), counting()];
  door.faults.add({ path: { test: (path) => first(path).index === index }, ...fault });
  const afterwards = { test: (path: string) => later(path).index >= index };
  if (isForGood) door.faults.add({ path: afterwards, times: Number.POSITIVE_INFINITY, cut: "before" });
  try {
    await work();
    if (point === "at the end") strike();
  } finally {
    door.faults.clear();
  }
  return broken;
}
