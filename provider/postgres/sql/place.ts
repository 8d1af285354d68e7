export interface Place {
  database: string;
  systemIdentifier: string;
  neonProject?: string;
  neonBranch?: string;
}
