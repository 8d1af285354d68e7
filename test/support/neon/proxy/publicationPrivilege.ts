import { setTimeout as sleep } from "node:timers/promises";
import { escapeIdentifier } from "pg";
import type { PostgresServer } from "../../postgres/servers";
import { asSuperuser } from "../../postgres/superuser";

/** What others wait for at most: one of them may hold a lock that the lent statement wants, or the other way round. */
const PATIENCE_MS = 3000;

/**
 * Lends the rights of a superuser for one statement, to one session at a time. The role has them in all its sessions then, so
 * no other may begin anything meanwhile that comes out otherwise for a superuser.
 */
export class PublicationPrivilege {
  private queue: Promise<void> = Promise.resolve();
  /** From before the rights are lent until they are taken back. */
  private isLent = false;
  /** What is under way in sessions, and would come out otherwise for a superuser. */
  private readonly underWay = new Set<Promise<unknown>>();
  /** Roles from which the rights could not be taken back, because the server went away meanwhile. */
  private readonly leftOver = new Set<string>();

  constructor(private readonly server: PostgresServer) {}

  /** Runs the statement where there is a role to lend to. It is asked for in turn, while nobody has lent rights. */
  lend(toRole: () => Promise<string | undefined>, statement: () => Promise<void>): Promise<void> {
    const turn = this.queue.then(async () => {
      await this.takeAllBack();
      const role = await toRole();
      if (role === undefined) return;
      await patiently(this.quiet());
      this.isLent = true;
      this.leftOver.add(role);
      if (await this.alter(role, "superuser")) await statement();
      await this.takeAllBack();
    });
    this.queue = turn.then(
      () => this.end(),
      () => this.end(),
    );
    return turn;
  }

  private end(): void {
    this.isLent = false;
  }

  /** Resolves once nobody has lent rights, as far as that can be waited for. */
  returned(): Promise<void> {
    return this.isLent ? patiently(this.free()) : Promise.resolve();
  }

  private async free(): Promise<void> {
    while (this.isLent) await this.queue;
  }

  /** A change of roles, sent while nobody has lent rights: a role that a superuser makes does not belong to its maker. */
  async keepOff<Result>(change: () => Promise<Result>): Promise<Result> {
    await this.returned();
    const changed = change();
    this.waitFor(changed);
    return changed;
  }

  /** Lends nothing before this has ended. */
  waitFor(work: Promise<unknown>): void {
    this.underWay.add(work);
    void work.finally(() => this.underWay.delete(work)).catch(() => {});
  }

  private async quiet(): Promise<void> {
    while (this.underWay.size > 0) await Promise.allSettled(this.underWay);
  }

  /** What the server's end has left over. */
  async takeBack(): Promise<void> {
    if (!this.isLent) await this.takeAllBack();
  }

  private async takeAllBack(): Promise<void> {
    for (const role of this.leftOver) if (await this.alter(role, "nosuperuser")) this.leftOver.delete(role);
  }

  // The time-out is for a transaction that changed its own role before: its lock would hold both sides for ever.
  private alter(role: string, attribute: "superuser" | "nosuperuser"): Promise<boolean> {
    const statement = `alter role ${escapeIdentifier(role)} ${attribute}`;
    return asSuperuser(this.server, "postgres", ["set lock_timeout = '3s'", statement]).then(
      () => true,
      () => false,
    );
  }
}

const patiently = (work: Promise<void>): Promise<void> =>
  Promise.race([work, sleep(PATIENCE_MS, undefined, { ref: false })]);
