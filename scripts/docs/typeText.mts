import type { DeclarationReflection, ReferenceType, SomeType } from "typedoc";

/** Pulumi's wrappers say nothing that the page does not say once. */
const WRAPPERS = ["Input", "Output", "OutputInstance", "Partial"];

/** A type as a reader of the page wants it: without Pulumi's wrappers. */
export function typeText(type: SomeType | undefined): string {
  switch (type?.type) {
    case "reference":
      return referenceText(type);
    case "union":
      return type.types
        .map(typeText)
        .filter((text) => text !== "undefined")
        .join(" | ");
    case "array":
      return type.elementType.type === "union" || typeText(type.elementType).includes(" | ")
        ? `(${typeText(type.elementType)})[]`
        : `${typeText(type.elementType)}[]`;
    case "reflection":
      return objectText(type.declaration);
    default:
      return type?.toString() ?? "";
  }
}

function referenceText({ name, typeArguments }: ReferenceType): string {
  const [, plain = name] = /(?:.*\.)?(.*)/.exec(name) ?? [];
  const [first] = typeArguments ?? [];
  return first && WRAPPERS.includes(plain) ? typeText(first) : plain + generic(typeArguments);
}

function generic(types: SomeType[] | undefined): string {
  return types && types.length > 0 ? `<${types.map(typeText).join(", ")}>` : "";
}

export function objectText({ children, signatures }: DeclarationReflection): string {
  const [signature] = signatures ?? [];
  if (signature) {
    const parameters = (signature.parameters ?? []).map(({ name, type }) => `${name}: ${typeText(type)}`);
    return `(${parameters.join(", ")}) => ${typeText(signature.type)}`;
  }
  const members = (children ?? []).map(
    ({ name, type, flags }) => `${name}${flags.isOptional ? "?" : ""}: ${typeText(type)}`,
  );
  return `{ ${members.join("; ")} }`;
}

/** The fields of a type: its own, or those of the object among what it may be. */
export function fieldsOf({ children, type }: DeclarationReflection): DeclarationReflection[] {
  if (children) return children;
  const choices = type?.type === "union" ? type.types : type ? [type] : [];
  return choices.flatMap((choice) => (choice.type === "reflection" ? (choice.declaration.children ?? []) : []));
}
