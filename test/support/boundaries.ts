import type { PostgresMessage } from "./postgres/messages";
import type { CutPoint } from "./wire/connection";
import type { Wire } from "./wire/recording";

/** A place between two statements: at the n-th message of an operation that counts, on one side of its answer. */
export interface Boundary {
  index: number;
  point: CutPoint;
}

/** Startup, password, and the ends of statements. What lies between is to the server the same as the end before it. */
const COUNTED = new Set(["", "p", "Q", "S"]);
const ANSWERED = new Set(["Q", "S"]);

/**
 * Runs `work` and names every boundary in it. Before a statement is the same as after the answer to the one before it;
 * a login is only ever broken off, since nothing is changed by it.
 */
export async function boundariesOf(wire: Wire, work: () => Promise<unknown>): Promise<Boundary[]> {
  const found: Boundary[] = [];
  let index = 0;
  wire.onMessage = ({ type }: PostgresMessage) => {
    if (!COUNTED.has(type)) return undefined;
    const points: CutPoint[] = ANSWERED.has(type) ? ["before answer", "after answer"] : ["before server"];
    if (index === 0 && ANSWERED.has(type)) points.unshift("before server");
    found.push(...points.map((point) => ({ index, point })));
    index++;
    return undefined;
  };
  try {
    await work();
  } finally {
    wire.onMessage = undefined;
  }
  return found;
}

/** Runs `work` and breaks it at the boundary; true where it came that far. */
export async function breakAt(
  wire: Wire,
  boundary: Boundary,
  work: () => Promise<unknown>,
  onCut: () => void = () => {},
): Promise<boolean> {
  let index = 0;
  let broken = false;
  wire.onMessage = ({ type }) => (COUNTED.has(type) && index++ === boundary.index ? boundary.point : undefined);
  wire.onCut = () => {
    broken = true;
    onCut();
  };
  try {
    await work();
  } finally {
    wire.onMessage = undefined;
    wire.onCut = undefined;
  }
  return broken;
}
