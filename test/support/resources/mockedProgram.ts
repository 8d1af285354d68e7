import * as pulumi from "@pulumi/pulumi";
import { beforeAll, beforeEach } from "vitest";

interface Registered {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
  provider?: string;
}

/** What a program has made since the test began, and what its publications put out. */
export interface MockedProgram {
  registered: Registered[];
  fromPublication: object;
  /** Waits until all that was made has been registered. */
  settled(): Promise<void>;
}

export const PROVIDER = { connectionUri: "postgres://admin:secretive@127.0.0.1:5432/app", neonApiKey: "napi_key" };

/** Pulumi's own mocks: the constructors run, no provider does. */
export function useMockedProgram(): MockedProgram {
  const program: MockedProgram = {
    registered: [],
    fromPublication: {},
    settled: () => pulumi.runtime.disconnect(),
  };
  beforeAll(async () => {
    await pulumi.runtime.setMocks(
      {
        newResource: ({ type, name, inputs, provider }) => {
          program.registered.push({ type, name, inputs, ...(provider && { provider }) });
          const state = { ...inputs, publishedTables: [], excludedColumns: [], ...program.fromPublication };
          return { id: `${name}-id`, state };
        },
        call: () => ({}),
      },
      "app",
      "dev",
    );
  });
  beforeEach(() => {
    program.registered = [];
    program.fromPublication = {};
  });
  return program;
}

export const value = <T>(output: pulumi.Output<T>): Promise<T> => new Promise((resolve) => output.apply(resolve));
export const isSecret = (output: pulumi.Output<unknown>) =>
  (output as unknown as { isSecret: Promise<boolean> }).isSecret;
