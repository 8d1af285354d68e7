/** The properties of these names alone, such as the arguments among what a state holds. */
export function pick<T extends object, Key extends keyof T>(from: T, names: readonly Key[]): Pick<T, Key> {
  return Object.fromEntries(names.map((name) => [name, from[name]])) as Pick<T, Key>;
}
