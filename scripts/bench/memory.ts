import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** The peak memory, in bytes, of a provider process of the program in this folder while `work` ran. Linux only. */
export async function peakMemory<T>(folder: string, work: () => Promise<T>): Promise<{ result: T; bytes?: number }> {
  let bytes = 0;
  const timer = setInterval(() => {
    bytes = Math.max(bytes, ...providers(folder).map(peakOf));
  }, 20);
  try {
    const result = await work();
    return { result, ...(bytes > 0 && { bytes }) };
  } finally {
    clearInterval(timer);
  }
}

function providers(folder: string): string[] {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc").filter((pid) => {
    try {
      return (
        /^\d+$/.test(pid) &&
        readlinkSync(`/proc/${pid}/cwd`) === folder &&
        readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("dynamic-provider")
      );
    } catch {
      return false;
    }
  });
}

function peakOf(pid: string): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
