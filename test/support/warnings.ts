import { afterEach, beforeEach, type MockInstance, vi } from "vitest";

/** What the provider says on stderr from now on; the lines are kept from the test's own output. */
export function recordWarnings(): string[] {
  const lines: string[] = [];
  spy(lines);
  return lines;
}

/** The same for each test of a `describe` or of a file: it begins with none, and ends with the console as it was. */
export function useWarnings(): string[] {
  const lines: string[] = [];
  let spied: MockInstance | undefined;
  beforeEach(() => {
    lines.length = 0;
    spied = spy(lines);
  });
  afterEach(() => spied?.mockRestore());
  return lines;
}

function spy(lines: string[]): MockInstance {
  return vi.spyOn(console, "error").mockImplementation((line) => {
    lines.push(String(line));
  });
}
