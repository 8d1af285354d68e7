export interface AllowedIps {
  ips?: string[];
  protected_branches_only?: boolean;
}

export interface ProjectSettings {
  enable_logical_replication?: boolean;
  allowed_ips?: AllowedIps;
  block_public_connections?: boolean;
}

export interface Endpoint {
  id: string;
  host: string;
  current_state: string;
  type: string;
}

export function projectPath(projectId: string): string {
  return `/projects/${encodeURIComponent(projectId)}`;
}
