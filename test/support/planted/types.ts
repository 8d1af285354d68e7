/** What polymorphic arguments are planted as: the types of what the catalogs and our values hold. */
const ELEMENTS = [
  "text",
  "name",
  "oid",
  "int2",
  "int4",
  "int8",
  "bool",
  "char",
  "jsonb",
  "aclitem",
  "regclass",
  "timestamptz",
];
const POLYMORPHIC = ["any", "anyelement", "anynonarray", "anycompatible", "anycompatiblenonarray"];
const POLYMORPHIC_ARRAYS = ["anyarray", "anycompatiblearray"];

/** Beside each type, those that a caller's value may just as well have, or rather have. */
const ALIKE: string[][] = [
  ["text", "name", "varchar", "bpchar"],
  ["name", "text", "varchar"],
  ["varchar", "text", "name"],
  ["_text", "_name", "_varchar"],
  ["_name", "_text"],
  ["_int2", "int2vector", "_int4"],
  ["oid", "regclass", "int4", "int8"],
  ["_oid", "_regclass", "_int8"],
  ["int2", "int4", "int8", "oid"],
  ["int8", "int4", "numeric", "float8"],
  ["json", "jsonb", "text"],
  ["timestamptz", "timestamp", "text"],
  ["char", "text"],
  ["xid", "xid8", "int8", "int4"],
  ["int2vector", "_int2", "oidvector"],
  ["regclass", "oid", "text"],
  ["regrole", "oid", "text"],
  ["regtype", "oid", "text"],
  ["interval", "text"],
  ["pg_lsn", "text"],
  ["inet", "text"],
];

const MOST_VARIANTS = 40;
const MOST_SPELLED_OUT = 4;

export interface Signature {
  args: string[];
  result: string;
}

const isPolymorphic = (type: string): boolean => [...POLYMORPHIC, ...POLYMORPHIC_ARRAYS].includes(type);

/** No language that an ordinary role may use takes these. */
const INTERNAL =
  /^(internal|cstring|_cstring|.*_handler|trigger|event_trigger|anyenum|any(compatible)?(multi)?range|unknown)$/;

/** The very signature of the catalog's function, for a schema that stands before it; where a role cannot make that, overloads. */
export function replacements(signature: Signature, variadic: boolean): Signature[] {
  const { args, result } = signature;
  if ([...args, result].some((type) => INTERNAL.test(type))) return [];
  return args.includes("any") || variadic ? overloads(signature, variadic) : [signature];
}

/**
 * The signatures of overloads that a call of the catalog's function may reach: with its own types, and with such as fit the
 * caller's values better. What is polymorphic is spelled out, since a type that is named fits better than one that is not.
 */
export function overloads({ args, result }: Signature, variadic: boolean): Signature[] {
  if ([...args, result].some((type) => INTERNAL.test(type))) return [];
  return spellings(args, variadic).flatMap((list) => {
    if (![...list, result].some(isPolymorphic)) return product(list.map(alike)).map((some) => ({ args: some, result }));
    return ELEMENTS.flatMap((element) => {
      const concrete = list.map((type) => (isPolymorphic(type) ? [named(type, element)] : alike(type)));
      return product(concrete).map((some) => ({ args: some, result: named(result, element) }));
    });
  });
}

/** A polymorphic type where its element is this one; any other type stays. */
function named(type: string, element: string): string {
  if (POLYMORPHIC.includes(type)) return element;
  return POLYMORPHIC_ARRAYS.includes(type) ? `_${element}` : type;
}

/** VARIADIC "any" may also take keys and values in turn, or one value of another type before the rest. */
function spellings(args: string[], variadic: boolean): string[][] {
  if (!variadic) return String(args) === "any,any" ? ELEMENTS.map((element) => [element, "any"]) : [args];
  const [fixed, last = ""] = [args.slice(0, -1), args.at(-1)];
  const each = last.startsWith("_") ? last.slice(1) : last;
  const counts = Array.from({ length: MOST_SPELLED_OUT }, (_none, index) => index + 1);
  const alone = counts.map((count) => [...fixed, ...Array<string>(count).fill(each)]);
  if (last !== "any") return [args, ...alone];
  const inTurn = counts.map((count) => [...fixed, ...Array(count).fill(["text", each]).flat()]);
  return [...alone, ...inTurn, ...counts.map((count) => [...fixed, each, ...Array(count).fill("text")])];
}

function alike(type: string): string[] {
  return [...new Set([type, ...ALIKE.filter(([first]) => first === type).flat()])];
}

function product(lists: string[][]): string[][] {
  const all = lists.reduce<string[][]>(
    (sofar, list) => sofar.flatMap((one) => list.map((type) => [...one, type])),
    [[]],
  );
  return all.slice(0, MOST_VARIANTS);
}
