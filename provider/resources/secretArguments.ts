import * as pulumi from "@pulumi/pulumi";
import { REPEATED, REPEATING_OUTPUTS } from "../lifecycle/argumentNames";

/**
 * Inputs that make the outputs that repeat secret arguments secret too. None if the program made no argument secret, which Pulumi
 * knows only once the values are resolved.
 */
export function repeatingInputs(kind: string, props: pulumi.Inputs): pulumi.Inputs {
  const repeating = REPEATING_OUTPUTS[kind] ?? {};
  const names = [...new Set(Object.values(repeating).flat())].filter((name) => mayBeSecret(props[name]));
  if (names.length === 0) return {};
  const secret = secretAmong(names, props);
  const isRepeated = (sources: readonly string[]) =>
    secret.then((found) => (sources.some((name) => found.includes(name)) ? pulumi.secret(REPEATED) : undefined));
  return {
    secretArguments: secret.then((found) => (found.length > 0 ? found : undefined)),
    ...Object.fromEntries(Object.entries(repeating).map(([output, sources]) => [output, isRepeated(sources)])),
  };
}

/** A value without outputs cannot be secret. */
function mayBeSecret(value: unknown): boolean {
  if (value === null || typeof value !== "object") return false;
  return pulumi.Output.isInstance(value) || value instanceof Promise || Object.values(value).some(mayBeSecret);
}

async function secretAmong(names: string[], props: pulumi.Inputs): Promise<string[]> {
  // An argument that fails makes the resource fail anyway.
  const flags = await Promise.all(names.map((name) => pulumi.isSecret(pulumi.output(props[name])).catch(() => false)));
  return names.filter((_name, index) => flags[index]);
}
