import { rmSync } from "node:fs";
import { mkdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const BEAT_MS = 5_000;
const STALE_MS = 60_000;

/**
 * Runs `work` while holding the lock file. The lock only avoids a second build. The result is right without it, so a lock
 * that is taken over by mistake only costs time.
 */
export async function withLock(file, onWait, work) {
  await mkdir(dirname(file), { recursive: true });
  for (let waited = 0; !(await take(file)); waited += 1_000) {
    if (await isStale(file)) await rm(file, { force: true });
    else {
      if (waited % 10_000 === 0) onWait(waited / 1000);
      await sleep(1_000);
    }
  }
  const release = () => rmSync(file, { force: true });
  process.once("exit", release);
  const beat = setInterval(() => utimes(file, new Date(), new Date()).catch(() => {}), BEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(beat);
    process.off("exit", release);
    release();
  }
}

async function take(file) {
  try {
    await writeFile(file, JSON.stringify({ pid: process.pid, host: hostname() }), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
}

async function isStale(file) {
  try {
    const { mtimeMs } = await stat(file);
    if (Date.now() - mtimeMs > STALE_MS) return true;
    const { pid, host } = JSON.parse(await readFile(file, "utf8"));
    return host === hostname() && !isRunning(pid);
  } catch {
    // Gone, or not completely written yet. The next attempt decides.
    return false;
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
