import * as pulumi from "@pulumi/pulumi";
import { identityInputs } from "./identity";
import { repeatingInputs } from "./secretArguments";
import { type Served, servedByPlugin } from "./served";

const TYPE_PREFIX = "pulumi-nodejs:dynamic/clickpipes:";
const PLUGIN_TYPE_PREFIX = "clickpipes:index:";

/**
 * The base class of the resources. They use Pulumi's dynamic provider without serializing code: the state holds one constant line
 * that requires this package, so an upgrade shows no diff, and refresh and delete run the installed code.
 */
export abstract class DynamicResource extends pulumi.CustomResource {
  protected constructor(
    kind: string,
    name: string,
    props: pulumi.Inputs,
    secrets: string[],
    opts: pulumi.CustomResourceOptions,
  ) {
    const served = servedByPlugin();
    if (served) {
      super(PLUGIN_TYPE_PREFIX + kind, name, props, pluginOptions(kind, served, secrets, opts));
      return;
    }
    refuseImport(kind, name, props, opts);
    const hidden = { ...identityInputs(kind, name, opts), __provider: providerText(kind) };
    super(
      TYPE_PREFIX + kind,
      name,
      { ...props, ...repeatingInputs(kind, props), ...hidden },
      pulumi.mergeOptions(opts, { additionalSecretOutputs: secrets }),
    );
  }
}

/** A stack may have moved to the plugin from dynamic resources: nothing of it is replaced. */
function pluginOptions(
  kind: string,
  { version }: Served,
  secrets: string[],
  opts: pulumi.CustomResourceOptions,
): pulumi.CustomResourceOptions {
  const aliases = [{ type: TYPE_PREFIX + kind }];
  return pulumi.mergeOptions(opts, { additionalSecretOutputs: secrets, aliases, version });
}

/** The state of every resource contains this. Never edit it, or every stack shows a diff. */
function providerText(kind: string): string {
  return `exports.handler = () => require("pulumi-neon-clickpipes/provider").handler("${kind}");`;
}

/** To import, Pulumi reads a dynamic resource without having the code that reads it (pulumi/pulumi#11279). */
function refuseImport(kind: string, name: string, props: pulumi.Inputs, opts: pulumi.CustomResourceOptions): void {
  if (opts.import === undefined) return;
  const way =
    "adopt" in props
      ? "Remove `import` and set the argument `adopt: true`. The next `pulumi up` adopts what exists."
      : "Remove `import`. The next `pulumi up` continues from what exists.";
  throw new pulumi.RunError(`${kind} "${name}": Pulumi cannot import dynamic resources.\n${way}`);
}

export function isInstanceOf(value: unknown, kind: string): boolean {
  if (!pulumi.Resource.isInstance(value)) return false;
  const { __pulumiType: type } = value as { __pulumiType?: string };
  return type === TYPE_PREFIX + kind || type === PLUGIN_TYPE_PREFIX + kind;
}

/**
 * The properties that a constructor sends: every output as a key, since Pulumi resolves only those; the defaults, since Pulumi does
 * not call `check` while the provider is unknown; and secrets marked as secret, since the state would hold them in clear text.
 */
export function properties(
  args: object,
  outputs: readonly string[],
  defaults: object = {},
  secrets: readonly string[] = [],
): pulumi.Inputs {
  const props: pulumi.Inputs = Object.fromEntries(outputs.map((name) => [name, undefined]));
  for (const [name, value] of [...Object.entries(defaults), ...Object.entries(args)]) {
    if (value !== undefined) props[name] = secrets.includes(name) ? pulumi.secret(value) : value;
  }
  return props;
}
