/** The code that a member has at a site, or had last. */
export interface BathCodeColumns {
  tenant: string;
  site: string;
  holder: string;
  order_id: string;
}

/** What a member used beyond what he had, and has not paid yet. */
export interface BathDebtColumns {
  tenant: string;
  holder: string;
  debt_fen: number;
}

export interface BathSchema {
  bath_code: BathCodeColumns;
  bath_debt: BathDebtColumns;
}
