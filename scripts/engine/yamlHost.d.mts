/** The folder with Pulumi's host of YAML programs, which is built if there is none. */
export function ensureYamlHost(options?: { log?: (line: string) => void }): Promise<string>;
