import { refusal } from "./errors";
import { clickPipesGrants } from "./grants/lifecycle";
import { ipAllowlist } from "./ipAllowlist/lifecycle";
import type { AnyLifecycle } from "./lifecycle/host";
import type { Lifecycle } from "./lifecycle/lifecycle";
import { logicalReplication } from "./logicalReplication/lifecycle";
import { publication } from "./publication/lifecycle";
import { sourceReadiness } from "./readiness/lifecycle";
import { clickPipesUser } from "./user/lifecycle";

const LIFECYCLES: Readonly<Record<string, AnyLifecycle>> = {
  ClickPipesUser: erase(clickPipesUser),
  ClickPipesGrants: erase(clickPipesGrants),
  Publication: erase(publication),
  LogicalReplication: erase(logicalReplication),
  IpAllowlist: erase(ipAllowlist),
  SourceReadiness: erase(sourceReadiness),
};

/** The lifecycle of a kind of resource, for every front. */
export function lifecycleOf(kind: string): AnyLifecycle {
  const lifecycle = LIFECYCLES[kind];
  if (lifecycle) return lifecycle;
  throw refusal(
    "unknownResource",
    `this version of pulumi-neon-clickpipes has no resource ${kind}.`,
    "Install a version that has it.",
  );
}

function erase<I extends object, O extends object>(lifecycle: Lifecycle<I, O>): AnyLifecycle {
  return lifecycle as unknown as AnyLifecycle;
}
