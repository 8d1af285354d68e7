import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** Kills a process and all it started. Pulumi's plugins live in groups of their own and outlive a killed CLI. */
export function killTree(root: number): void {
  const parents = processParents();
  const family = [root];
  for (const member of family) {
    for (const [pid, parent] of parents) if (parent === member) family.push(pid);
  }
  for (const pid of family) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It ended by itself in the meantime.
    }
  }
}

function processParents(): Map<number, number> {
  // Slim Linux images have no ps, other systems no /proc.
  const rows = process.platform === "linux" ? readProc() : execFileSync("ps", ["-A", "-o", "pid=,ppid="]).toString();
  return new Map(rows.split("\n").map((row) => row.trim().split(/\s+/).map(Number) as [number, number]));
}

function readProc(): string {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        // "pid (name) state ppid …", where the name may hold spaces and brackets.
        const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
        return `${pid} ${
          stat
            .slice(stat.lastIndexOf(")") + 1)
            .trim()
            .split(" ")[1]
        }`;
      } catch {
        return "";
      }
    })
    .join("\n");
}
