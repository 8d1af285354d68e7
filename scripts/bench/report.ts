import { type Figures, type Measured, PHASES, type Phase } from "./measure";
import type { Shape } from "./stages";

/** What one table reports on. Equal measurements share a table. */
const TITLES: Record<Shape, string> = {
  parts: "User, grants and publication",
  source: "The whole ClickPipesSource, on a local Neon",
};

const HEAD = ["tables", "phase", "÷ limit", "÷ empty", "ours (s)", "empty (s)", "floor (s)", "connections"];
const MORE = ["round trips", "kB", "API", "memory (MB)", "state (kB)", "with delay"];

/**
 * As Markdown. Ratios come first: ours to floor + empty stack (the limit), and to the empty stack alone. Then the figures
 * behind them. `with delay`: additional seconds with the largest delay that was measured.
 */
export function report(all: Measured[]): string {
  const shapes = [...new Set(all.map(({ shape }) => shape))];
  return shapes.map((shape) => `${TITLES[shape]}\n\n${table(all.filter((one) => one.shape === shape))}`).join("\n\n");
}

function table(all: Measured[]): string {
  const rows = all
    .filter(({ delay }) => delay === 0)
    .flatMap((measured) => PHASES.map((phase) => row(measured, phase, slowerOf(all, measured.tables))));
  const head = [...HEAD, ...MORE];
  const cells = [head, head.map(() => "--"), ...rows];
  const widths = head.map((_title, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)));
  return cells
    .map(
      (line, at) =>
        `| ${line.map((cell, column) => padded(cell, widths[column] ?? 0, column, at === 1)).join(" | ")} |`,
    )
    .join("\n");
}

function padded(cell: string, width: number, column: number, isRule: boolean): string {
  if (isRule) return column < 2 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`;
  return column < 2 ? cell.padEnd(width) : cell.padStart(width);
}

function slowerOf(all: Measured[], tables: number): Measured | undefined {
  return all.filter((one) => one.tables === tables && one.delay > 0).at(-1);
}

function row(measured: Measured, phase: Phase, slower: Measured | undefined): string[] {
  const ours = measured.source[phase];
  const empty = measured.empty[phase];
  const floor = measured.floorSeconds?.[phase] ?? 0;
  return [
    String(measured.tables),
    phase,
    times(ours.seconds, empty.seconds + floor),
    times(ours.seconds, empty.seconds),
    ...[ours.seconds, empty.seconds, floor].map((seconds) => seconds.toFixed(2)),
    String(ours.connections),
    String(ours.roundTrips),
    (ours.bytes / 1000).toFixed(1),
    String(ours.requests),
    both(ours, empty, ({ memory = 0 }) => memory / 1e6),
    both(ours, empty, ({ state }) => state / 1000),
    slower === undefined ? "" : signed(slower.source[phase].seconds - ours.seconds),
  ];
}

const times = (a: number, b: number): string => `${(a / b).toFixed(2)} ×`;
const signed = (seconds: number): string => `${seconds < 0 ? "" : "+"}${seconds.toFixed(2)}`;
const both = (ours: Figures, empty: Figures, show: (figures: Figures) => number): string =>
  `${Math.round(show(ours))} / ${Math.round(show(empty))}`;
