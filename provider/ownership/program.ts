import type { Identity } from "../postgres/sql/mark";
import { sameResource, sameStack } from "./identity";

/** An object of the database, as the program names it. */
export interface ObjectName {
  kind: "role" | "publication";
  name: string;
}

/** An object that only one resource may own, such as a role of a server. */
export interface OwnedObject extends ObjectName {
  /** Where the name is unique: a server or one of its databases. */
  within: string;
}

/** The resources of the program that this run has checked, and what each of them owns. */
export class ProgramResources {
  readonly #byMark = new Map<string, Identity[]>();
  readonly #withNamesakes = new Set<string>();
  readonly #owners = new Map<string, Identity>();

  /** `hasNamesake`: the program says that it has another resource with this mark. */
  add(identity: Identity, hasNamesake: boolean): void {
    const { mark } = identity;
    const known = this.#byMark.get(mark) ?? [];
    if (!known.some((other) => other.path === identity.path)) this.#byMark.set(mark, [...known, identity]);
    if (hasNamesake) this.#withNamesakes.add(mark);
  }

  /** Whether another resource of the program differs from this one in its path alone. */
  hasNamesake(identity: Identity): boolean {
    if (this.#withNamesakes.has(identity.mark)) return true;
    return (this.#byMark.get(identity.mark) ?? []).some((other) => !sameResource(other, identity));
  }

  /** Notes the owner of an object. Returns the other resource of this stack that owns it already, if there is one. */
  claim({ kind, within, name }: OwnedObject, identity: Identity): Identity | undefined {
    const key = JSON.stringify([kind, within, name]);
    const owner = this.#owners.get(key);
    if (owner && !sameResource(owner, identity) && sameStack(owner.mark, identity.mark)) return owner;
    // An object that was renamed frees its former name.
    for (const [other, { mark, path }] of this.#owners)
      if (mark === identity.mark && path === identity.path) this.#owners.delete(other);
    this.#owners.set(key, identity);
    return undefined;
  }
}
