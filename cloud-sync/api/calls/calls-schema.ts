import type {Generated, Selectable} from 'kysely';

/** Somebody who is told of calls at a site. What is personal of him lies with the member. */
export interface CallContactColumns {
  id: string;
  tenant: string;
  site: string;
  member: string;
  channel: string;
  /** Age of a call at which he is told. */
  after_ms: number;
  /** JSON list of weekly windows in the site's zone; empty: at any hour. */
  hours: string;
  language: string;
  /** How he is called at the site and in lists. */
  label: string;
  /** 1: he proves each day that notices arrive. */
  is_test: number;
  ver: number;
  created_wall: number;
}

/** When who is told at a site; none: as usual. */
export interface CallPlanColumns {
  site: string;
  tenant: string;
  repeat_ms: number;
  unanswered_ms: number;
  attend_ms: number;
  /** Minute of the day, in the site's zone, of the daily test. */
  test_minute: number;
  ver: number;
}

/** A call at a site, as its gateway told of it and as the cloud goes on from there. */
export interface SiteCallColumns {
  id: string;
  tenant: string;
  site: string;
  gw: string;
  alarm: string;
  kind: string;
  bay: string | null;
  collector: string | null;
  count: number;
  state: string;
  at_wall: number;
  received_wall: number;
  told_ms: number;
  repeats: number;
  unanswered: number;
  silent_wall: number | null;
  acked_wall: number | null;
  /** Whom the site, or a contact, names. */
  acked_by: string | null;
  /** Member that took it from afar. */
  acked_member: string | null;
  /** 1: its gateway does not know yet that somebody took it from afar. */
  ack_pending: number;
  reminders: number;
  ended_wall: number | null;
  ended_by: string | null;
  due_wall: number | null;
  /** The newest word of its gateway, and its time there; null: the clock was lost. */
  word: string;
  word_person: string | null;
  word_wall: number | null;
  epoch_no: number;
  seq: number;
  /** 1: that word has not been followed yet. */
  pending: number;
  /** 1: it is an incident, and its site sells nothing because of it. */
  stopped: Generated<number>;
}

/** Something that one contact is told, once. */
export interface CallNoticeColumns {
  id: string;
  tenant: string;
  site: string;
  /** Null: it is about no call. */
  call: string | null;
  contact: string;
  why: string;
  /** JSON of what else it says. */
  data: string;
  state: string;
  attempts: number;
  /** When it is sent next, or is free again for another worker. */
  next_wall: number | null;
  created_wall: number;
  done_wall: number | null;
  answered_wall: number | null;
  /** What the provider calls it. */
  ref: string | null;
  /** What its code is found by. */
  mark: string;
}

export interface CallNoticeAttemptColumns {
  notice: string;
  no: number;
  at_wall: number;
  took_ms: number;
  result: string;
  detail: string | null;
}

/** The daily proof that notices of a site arrive. */
export interface NoticeTestColumns {
  site: string;
  tenant: string;
  due_wall: number | null;
  /** The test that is under way or was the last. */
  begun_wall: number | null;
  /** Until then it must be proved; null: none is under way. */
  until_wall: number | null;
  proved_wall: number | null;
  missed_wall: number | null;
  /** The last that came the whole way, from a button. */
  path_wall: number | null;
  since_wall: number;
}

/** A gateway that is not heard of. */
export interface SilentGatewayColumns {
  gw: string;
  since_wall: number;
  noticed_wall: number;
}

export type SiteCallRow = Selectable<SiteCallColumns>;

export interface CallsSchema {
  call_contact: CallContactColumns;
  call_plan: CallPlanColumns;
  site_call: SiteCallColumns;
  call_notice: CallNoticeColumns;
  call_notice_attempt: CallNoticeAttemptColumns;
  notice_test: NoticeTestColumns;
  silent_gateway: SilentGatewayColumns;
}
