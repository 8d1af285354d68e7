import { type Actor, removePart, renameRole } from "./actor";
import type { Refused } from "./engine";
import type { Entry } from "./entry";
import { type Address, argumentsOf, type Source } from "./program";
import { TABLES } from "./world";

/** A way on that a refusal names, and that the model understands. */
export interface Way {
  name: string;
  follow(): Promise<void> | void;
}

/** What a way may need besides the program. */
export interface Means {
  actors: readonly Actor[];
  freshName(): string;
  runAsAdmin(sql: string, refused: Refused): Promise<void>;
  refresh(actor: Actor): Promise<unknown>;
  /** With the resource in the program. */
  refreshAndUp(actor: Actor, entry: Entry | undefined): Promise<void>;
  /** Takes the resource out of the state. */
  forget(entry: Entry): void;
  /**
   * Takes a resource out of its program, wherever it is, and runs that program. False if no stack has it. `lost`: the grants, if
   * it is these that no state may know any more.
   */
  removeElsewhere(identity: string, object: string, lost?: Source["grants"]): Promise<boolean>;
  revokeAll(role: string): Promise<void>;
}

interface Situation {
  refused: Refused;
  actor: Actor;
  /** The source of the program that was refused. Undefined in a delete. */
  source?: Source;
  means: Means;
}

interface Rule {
  name: string;
  /** The words by which a message names the way. Their groups go to `follow`. */
  words: RegExp;
  applies?(situation: Situation, words: RegExpExecArray): boolean;
  follow(situation: Situation, words: RegExpExecArray): Promise<unknown> | unknown;
}

/** The ways on that the refusal names. */
export function waysOn(refused: Refused, actor: Actor, means: Means): Way[] {
  const source = actor.sourceOf(refused.operation.subject);
  const situation: Situation = { refused, actor, means, ...(source && { source }) };
  return RULES.flatMap(({ name, words, applies, follow }) => {
    const found = words.exec(refused.message);
    if (!found || applies?.(situation, found) === false) return [];
    return { name, follow: async () => void (await follow(situation, found)) };
  });
}

/** There may be several pending deletes of one resource, which are refused with the same words. */
export const STATE_DELETE = "state delete";

const inProgram = ({ source }: Situation) => source !== undefined;

/** The arguments of the refused resource in its program. */
function argumentsIn({ refused, source }: Situation): Record<string, unknown> {
  return (source && argumentsOf(refused.operation.subject.kind, source)) ?? {};
}

function set(names: Record<string, unknown>): Rule["follow"] {
  return (situation) => Object.assign(argumentsIn(situation), names);
}

function ownerIn({ refused }: Situation): string {
  return /belongs to (\S+(?: \(in \S+\))?)[.,]/.exec(refused.message)?.[1] ?? "";
}

/** The object that a message begins with. */
function objectIn({ message }: Refused): string {
  return /^(?:role|publication) "([^"]+)"/.exec(message)?.[1] ?? "";
}

const RULES: readonly Rule[] = [
  {
    name: "another name",
    words: /[Cc]hoose another name|another `name`|a third name in between|Another publication already has/,
    applies: inProgram,
    follow: ({ source, refused, means }) => {
      if (!source) return;
      const { kind } = refused.operation.subject;
      if (kind === "ClickPipesUser") renameRole(source, means.freshName());
      else if (source.publication) Object.assign(source.publication, { name: means.freshName() });
    },
  },
  {
    name: "share",
    words: /pass (?:that|the first) resource as `(user|publication)`/,
    applies: (situation) => {
      const { actor, source, refused } = situation;
      const two = /two owners in this program: (\S+(?: \(in \S+\))?) and/.exec(refused.message);
      const owner = actor.findIdentity(two?.[1] ?? ownerIn(situation));
      return source !== undefined && owner?.source !== undefined && owner.source !== source;
    },
    follow: ({ actor, source, refused }) => source && removePart(actor, source, refused.operation.subject.kind),
  },
  {
    name: "aliases",
    words: /`aliases`/,
    applies: (situation) => {
      const owner = situation.actor.findIdentity(ownerIn(situation));
      const { entry } = owner ?? {};
      // A source that still stands there keeps the name for its other resources.
      const isFree = ({ name, path }: Address) =>
        situation.actor.program.every((one) => one.name !== name || one.path !== path);
      return situation.source !== undefined && entry !== undefined && owner?.source === undefined && isFree(entry);
    },
    follow: (situation) => {
      const entry = situation.actor.findIdentity(ownerIn(situation))?.entry;
      if (entry) situation.source?.formerly.push({ name: entry.name, path: entry.path });
    },
  },
  {
    name: "remove the marker and adopt",
    words: /remove its marker \((COMMENT ON [\s\S]*?;)\) and set `adopt: true`/,
    applies: (situation) => {
      const owner = ownerIn(situation);
      return situation.source !== undefined && !situation.means.actors.some((one) => one.findIdentity(owner));
    },
    follow: async (situation, [, sql = ""]) => {
      await situation.means.runAsAdmin(sql, situation.refused);
      Object.assign(argumentsIn(situation), { adopt: true });
    },
  },
  {
    name: "adopt",
    words: /To (?:take it over|manage it as is), set `adopt: true`/,
    applies: inProgram,
    follow: set({ adopt: true }),
  },
  {
    name: "reset the password",
    words: /set `passwordVersion`/,
    applies: inProgram,
    follow: set({ passwordVersion: 1 }),
  },
  {
    name: "accept the privileges",
    words: /accept this one with `allowPrivileged: true`/,
    applies: inProgram,
    follow: set({ allowPrivileged: true }),
  },
  {
    name: "allow the replacement",
    words: /`allowReplace: true`/,
    applies: inProgram,
    follow: set({ allowReplace: true, allowLeftoverSlots: true }),
  },
  {
    name: "remove this resource",
    words: /Remove this resource from its program/,
    applies: inProgram,
    follow: ({ actor, source, refused }) => {
      if (!source) return;
      const { entry, subject } = refused.operation;
      // Its grants stay, to the role as it is called now.
      if (subject.kind === "ClickPipesUser" && entry) renameRole(source, String(entry.outputs.name));
      removePart(actor, source, subject.kind);
    },
  },
  {
    name: "remove the other resource",
    words: /now belongs to (\S+(?: \(in \S+\))?)\.\n[\s\S]*remove that one from its program/,
    applies: ({ means }, [, owner = ""]) => means.actors.some((one) => one.findIdentity(owner)),
    follow: ({ means, refused }, [, owner = ""]) => means.removeElsewhere(owner, objectIn(refused)),
  },
  {
    name: "refresh and up",
    words: /Run `pulumi refresh` and `pulumi up`/,
    applies: ({ refused }) => refused.operation.entry?.deleting === undefined,
    follow: ({ means, actor, refused }) => means.refreshAndUp(actor, refused.operation.entry),
  },
  {
    name: "create the role first",
    words: /role "([^"]+)" does not exist[\s\S]*Create the role first/,
    applies: ({ source }) => source !== undefined && source.user === undefined,
    follow: ({ source }, [, role = ""]) => source && Object.assign(source, { user: { name: role } }),
  },
  {
    name: "correct the role",
    words: /does not exist[\s\S]*or correct `role`/,
    applies: ({ source }) => source?.user !== undefined && source.user.name !== source.grants?.role,
    follow: ({ source }) => source?.grants && Object.assign(source.grants, { role: source.user?.name }),
  },
  {
    // The state has the role, which someone dropped or renamed.
    name: "create the role again",
    words: /does not exist[\s\S]*Create the role first/,
    applies: ({ source }) => source?.user !== undefined && source.user.name === source.grants?.role,
    follow: ({ means, actor }) => means.refresh(actor),
  },
  {
    name: STATE_DELETE,
    words: /remove this resource from the state with `pulumi state delete`/,
    applies: ({ refused }) => refused.operation.entry?.deleting === true,
    follow: ({ means, refused }) => refused.operation.entry && means.forget(refused.operation.entry),
  },
  {
    name: "delete the other grants first",
    words: /Rights that grants gave are among them: (.*)\.\n/,
    follow: async ({ means, refused }, [, list = ""]) => {
      const identities = list.split("; ").map((text) => text.replace(/ in database \S+$/, ""));
      for (const identity of identities)
        await means.removeElsewhere(identity, objectIn(refused), { role: objectIn(refused), tables: [TABLES[0]] });
    },
  },
  {
    name: "revoke",
    words: /Revoke the role's (?:other )?rights \(REVOKE … FROM "?([\w]+)"?\)/,
    applies: ({ refused }) => !/Rights that grants gave/.test(refused.message),
    follow: ({ means }, [, role = ""]) => means.revokeAll(role),
  },
];
