import { escapeIdentifier } from "pg";
import type { PostgresServer } from "../postgres";
import { asSuperuser } from "../superuser";

/** Lends the rights of a superuser for one statement, to one session at a time. */
export class PublicationPrivilege {
  private queue: Promise<void> = Promise.resolve();
  private lending = false;
  /** Roles from which the rights could not be taken back, because the server went away meanwhile. */
  private readonly leftOver = new Set<string>();

  constructor(private readonly server: PostgresServer) {}

  /** Runs the statement where there is a role to lend to. It is asked for in turn, while nobody has lent rights. */
  lend(toRole: () => Promise<string | undefined>, statement: () => Promise<void>): Promise<void> {
    const turn = this.queue.then(async () => {
      await this.takeBack();
      const role = await toRole();
      if (role === undefined) return;
      this.lending = true;
      this.leftOver.add(role);
      if (await this.alter(role, "superuser")) await statement();
      this.lending = false;
      await this.takeBack();
    });
    this.queue = turn.catch(() => {
      this.lending = false;
    });
    return turn;
  }

  async takeBack(): Promise<void> {
    if (this.lending) return;
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
