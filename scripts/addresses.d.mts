export interface AddressTable {
  asOf: string;
  source: string;
  api: string;
  aws: Record<string, object>;
  gcp: Record<string, object>;
}

/** The table with the addresses that ClickHouse publishes today. Its history stays. */
export function refreshedTable(
  table: AddressTable,
  answer: unknown,
  today: string,
): { table: AddressTable; changes: string[] };
