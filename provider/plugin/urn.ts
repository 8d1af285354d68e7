import { refusal } from "../errors";

/** The type tokens of this package's resources begin with this. */
export const TYPE_PREFIX = "clickpipes:index:";

/** What `urn:pulumi:<stack>::<project>::<type>$<type>::<name>` says. */
export interface Urn {
  stack: string;
  project: string;
  /** The types of the parents, outermost first, joined with `$`. */
  path: string;
  /** The kind of resource, as the registry names it. */
  kind: string;
  name: string;
}

const PREFIX = "urn:pulumi:";

export function parseUrn(urn: string): Urn {
  // A name may hold `::` itself.
  const [stack = "", project = "", types = "", ...name] = urn.slice(PREFIX.length).split("::");
  const [type = "", ...parents] = types.split("$").reverse();
  if (!urn.startsWith(PREFIX) || !type.startsWith(TYPE_PREFIX))
    throw refusal("unknownResource", `pulumi-resource-clickpipes has no resource ${type || urn}.`);
  const path = parents.reverse().join("$");
  return { stack, project, path, kind: type.slice(TYPE_PREFIX.length), name: name.join("::") };
}

/**
 * The mark of a resource. A URN names no organization: it is that of the mark which the state has, else `organization`. Only that part
 * is kept, since after a rename with an alias two resources would share the rest.
 */
export function markOf({ project, stack, kind, name }: Urn, before: unknown, organization: string): string {
  const [known] = typeof before === "string" ? before.split("/") : [];
  return [known || organization, project, stack, kind, name].join("/");
}
