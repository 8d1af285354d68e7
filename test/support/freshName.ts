let count = 0;

/** A lower-case name that no other test of this process uses: tests share a server, and a process says each line once. */
export function fresh(kind = "name"): string {
  return `${kind}_${process.pid}_${++count}`;
}
