import type { Properties } from "../lifecycle/arguments";
import { resolveSettings, type Settings } from "../lifecycle/settings";
import { hasUnknown, isUnknown, UNKNOWN_TEXT } from "../lifecycle/unknown";
import type { Served } from "../resources/served";

const ADDRESS = ["host", "port", "database", "user"] as const;

/** The settings of a provider, and the organization of new marks. */
export interface Configuration {
  settings: Settings;
  organization: string;
}

export function configure(inputs: Properties): Configuration {
  const text = (name: string) => (isGiven(inputs[name]) ? String(inputs[name]) : undefined);
  return {
    settings: resolveSettings(text, (variable) => process.env[variable] || undefined),
    organization: text("organization") ?? "organization",
  };
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== "";
}

/** The provider's inputs, and with them the address inside its `connectionUri`, so that every language finds it in the outputs. */
export function withAddress(inputs: Properties): Properties {
  const { connectionUri } = inputs;
  // The environment stays out of the inputs: it may be another one the next time.
  if (!isGiven(connectionUri)) return inputs;
  if (isUnknown(connectionUri))
    return { ...Object.fromEntries(ADDRESS.map((name) => [name, UNKNOWN_TEXT])), ...inputs };
  if (hasUnknown(inputs)) return inputs;
  const address = addressOf(configure(inputs).settings);
  if (!address) return inputs;
  return { ...inputs, ...address, port: String(address.port) };
}

/** Undefined if there is no usable connection. The resources that need one report what is wrong with it. */
export function addressOf({ postgres }: Settings): Served["address"] {
  if ("problem" in postgres) return undefined;
  const { host, port, database, user } = postgres;
  return { host, port, database, user };
}

/** The settings under the time-out that the program gave a resource, in seconds: it bounds each wait, and replaces `deleteTimeout`. */
export function withTimeout(settings: Settings, seconds: number): Settings {
  const { postgres } = settings;
  if (!(seconds > 0) || "problem" in postgres) return settings;
  const atMost = (own: number) => Math.min(own, seconds);
  return {
    ...settings,
    postgres: {
      ...postgres,
      connectTimeout: atMost(postgres.connectTimeout),
      statementTimeout: atMost(postgres.statementTimeout),
      lockTimeout: atMost(postgres.lockTimeout),
      deleteTimeout: seconds,
    },
  };
}
