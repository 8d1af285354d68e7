import { type Figures, type Measured, PHASES, type Phase } from "./measure";

const HEAD = [
  "tables",
  "phase",
  "ours",
  "over empty",
  "connections",
  "round trips",
  "kB",
  "memory",
  "state",
  "+100 ms",
];

/** Ratios first: ours by floor + empty stack, and by the empty stack alone; then what they are made of. */
export function table(all: Measured[]): string {
  const rows = all
    .filter(({ delay }) => delay === 0)
    .flatMap((measured) => PHASES.map((phase) => row(measured, phase, slowerOf(all, measured.tables))));
  return [["", "", "÷ limit", "empty", "seconds: ours", "empty", "floor", ...HEAD.slice(4)], ...rows]
    .map((cells) => cells.map((cell, at) => (at < 2 ? cell.padEnd(10) : cell.padStart(13))).join(" "))
    .join("\n");
}

function slowerOf(all: Measured[], tables: number): Measured | undefined {
  return all.find((one) => one.tables === tables && one.delay > 0);
}

function row(measured: Measured, phase: Phase, slower: Measured | undefined): string[] {
  const ours = measured.source[phase];
  const empty = measured.empty[phase];
  const floor = measured.floorSeconds?.[phase] ?? 0;
  return [
    phase === "create" ? String(measured.tables) : "",
    phase,
    times(ours.seconds, empty.seconds + floor),
    times(ours.seconds, empty.seconds),
    ...[ours.seconds, empty.seconds, floor].map((seconds) => seconds.toFixed(2)),
    String(ours.connections),
    String(ours.roundTrips),
    (ours.bytes / 1000).toFixed(1),
    both(ours, empty, ({ memory = 0 }) => `${Math.round(memory / 1e6)} MB`),
    both(ours, empty, ({ state }) => `${Math.round(state / 1000)} kB`),
    slower === undefined ? "" : signed(slower.source[phase].seconds - ours.seconds),
  ];
}

const times = (a: number, b: number): string => `${(a / b).toFixed(2)} ×`;
const signed = (seconds: number): string => `${seconds < 0 ? "" : "+"}${seconds.toFixed(2)}`;
const both = (ours: Figures, empty: Figures, show: (figures: Figures) => string): string =>
  `${show(ours)}/${show(empty).split(" ")[0]}`;
