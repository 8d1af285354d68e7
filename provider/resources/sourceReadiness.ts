import type * as pulumi from "@pulumi/pulumi";
import type { MappedTable, ReadinessCheck } from "../sql/readiness";
import type { Target } from "./clickPipesUser";
import { DynamicResource, isInstanceOf, properties } from "./dynamicResource";

export interface SourceReadinessArgs {
  role: pulumi.Input<string>;
  /** Secret. */
  password: pulumi.Input<string>;
  publication: pulumi.Input<string>;
  /** Default: what is published. */
  tables?: pulumi.Input<
    pulumi.Input<
      | string
      | {
          schema: pulumi.Input<string>;
          name: pulumi.Input<string>;
          excludedColumns?: pulumi.Input<pulumi.Input<string>[]>;
        }
    >[]
  >;
  /** As the pipe will have it; default `cdc`. */
  replicationMode?: pulumi.Input<"cdc" | "snapshot" | "cdc_only">;
  replicationSlotName?: pulumi.Input<string>;
  /** Default `error`: a blocked check fails the `pulumi up`. */
  onFailure?: pulumi.Input<"error" | "warn">;
  /** Anything whose change shall have the source checked again. */
  // biome-ignore lint/suspicious/noExplicitAny: whatever a program has at hand, compared and never read.
  triggers?: pulumi.Input<any[]>;
}

/**
 * Says beforehand what ClickPipes would say of this source, and what it would not: over one connection of the admin, and
 * two of the ClickPipes user, one of them for replication. It makes nothing and changes nothing. Checked again on refresh
 * and whenever an argument changes.
 */
export class SourceReadiness extends DynamicResource {
  declare readonly role: pulumi.Output<string>;
  declare readonly password: pulumi.Output<string>;
  declare readonly publication: pulumi.Output<string>;
  declare readonly tables: pulumi.Output<(string | MappedTable)[] | undefined>;
  declare readonly replicationMode: pulumi.Output<"cdc" | "snapshot" | "cdc_only">;
  declare readonly replicationSlotName: pulumi.Output<string | undefined>;
  declare readonly onFailure: pulumi.Output<"error" | "warn">;
  declare readonly triggers: pulumi.Output<unknown[] | undefined>;
  declare readonly report: pulumi.Output<ReadinessCheck[]>;
  declare readonly target: pulumi.Output<Target>;

  constructor(name: string, args: SourceReadinessArgs, opts: pulumi.CustomResourceOptions = {}) {
    const defaults = opts.id === undefined ? { replicationMode: "cdc", onFailure: "error" } : {};
    super("SourceReadiness", name, properties(args, OUTPUTS, defaults, ["password"]), ["password"], opts);
  }

  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: object,
    opts?: pulumi.CustomResourceOptions,
  ): SourceReadiness {
    return new SourceReadiness(name, (state ?? {}) as SourceReadinessArgs, { ...opts, id });
  }

  static override isInstance(value: unknown): value is SourceReadiness {
    return isInstanceOf(value, "SourceReadiness");
  }
}

const OUTPUTS = [
  "role",
  "password",
  "publication",
  "tables",
  "replicationMode",
  "replicationSlotName",
  "onFailure",
  "triggers",
  "report",
  "target",
];
