/** One step of the schema: the SQL that leads from `version - 1` to `version`. */
export interface Migration {
  version: number;
  sql: string;
}
