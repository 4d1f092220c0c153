/** What is evaluated. Texts are JSON, any number of documents one after the other. */
export interface Input {
  /**
   * Clusters, Lists or arrays of them, AdmissionReviews or AdmissionRequests: any number
   * of documents, also as watch events, of which the last one of a name counts. Settings of
   * Rancher among them come before those in `rancher`.
   */
  objects: string;
  /**
   * The Cluster as it was before: makes an UPDATE of the one Cluster in `objects`, which
   * has the same name. For an audit, or a request with an old object of its own, it is not
   * used. Anything but one Cluster is an error.
   */
  oldObject?: string;
  /** The policy's settings. */
  settings?: string;
  /** Rancher's Settings `server-version` and `agent-image`, as kubectl prints them. */
  rancher?: string;
  /**
   * What lookups give, by the name of the Setting, in place of what `objects` and
   * `rancher` say. Other names are never asked for.
   */
  lookups?: Record<string, Lookup>;
  /**
   * Who sends the Clusters in `objects`: a user if not given; `auto` is a user for one
   * Cluster, and an audit for several. Requests say themselves who sends them.
   */
  requester?: Requester | "auto";
}

export type Requester = "user" | "service-account" | "audit-scanner";

/** The text of the answer to a lookup, or the host's error. */
export type Lookup = { body: string } | { error: string };

export interface Report {
  /** One for each Cluster or request, in their order. */
  results: Result[];
  /**
   * How many documents of other kinds were not looked at; in `rancher` these are all but
   * Settings.
   */
  others: Record<string, number>;
  /** What cannot be read. Where there is an error, there are no results. */
  errors: InputError[];
  /** There if an old object was given and nothing was compared with it. */
  oldUnused?: true;
  /**
   * The version that images are compared with, and where it is from: the policy's setting
   * `serverVersion`, or Rancher's Setting `server-version`. Absent if there is none.
   */
  server?: Compared;
}

export interface Compared {
  version: string;
  from: "settings" | "objects" | "rancher" | "lookups";
  /** What Rancher's Setting in `objects` says, where that is something else. */
  inObjects?: string;
}

export interface InputError {
  where: "objects" | "oldObject" | "settings" | "rancher";
  message: string;
  /** The field that is wrong, for settings. */
  field?: string;
  /** From 1; absent if the place is not known. */
  line?: number;
  /** From 1, in the units in which JavaScript counts the length of a text. */
  column?: number;
}

export interface Result {
  /** `metadata.name`, empty if there is none. */
  name: string;
  /** `spec.displayName`, empty if there is none. */
  displayName: string;
  /** Empty for any other operation, and for a request that cannot be read. */
  operation: "CREATE" | "UPDATE" | "";
  /** A user also for a request that cannot be read. */
  requester: Requester;
  outcome: Outcome;
  /** The answer of the policy, as policy-server gets it. */
  response: Response;
  /** Which Settings of Rancher were looked up for it, in this order. */
  lookups: string[];
  /** Absent if the request is out of scope, or cannot be read. */
  explanation?: Explanation;
  /** Why the policy does not judge the request, if it does not. */
  outOfScope?: OutOfScope;
  /** How the cluster stands, as an audit annotates it; absent if no image was judged. */
  standing?: Standing;
  /** What a repair changes. */
  changes: Change[];
  /** The AdmissionRequest that was judged, as JSON; there if it is the only one in `objects`. */
  request?: string;
}

export type OutOfScope = "other-operation" | "sub-resource" | "not-a-cluster" | "local" | "being-deleted" | "restore";

export type Standing =
  | "lagging"
  | "unknown"
  | "tolerated"
  | "ahead"
  | "as-deployed-by-server"
  | "current"
  | "pending";

/** A field that a repair clears. */
export interface Change {
  path: string;
  /** Its text; or its JSON if it is not a string. */
  before: string;
  after: string;
}

export type Outcome = "accept" | "warn" | "reject" | "repair" | "error";

export interface Response {
  accepted: boolean;
  message?: string;
  code?: number;
  warnings?: string[];
  audit_annotations?: Record<string, string>;
  mutated_object?: unknown;
}

/** The row of the decision table that answered (docs/decision-table.md). */
export type Row =
  | "desired-lags"
  | "deployed-lags"
  | "desired-unknown"
  | "desired-tolerated-or-ahead"
  | "agent-image-setting-differs"
  | "deployed-ahead-or-unknown"
  | "created-by-rancher"
  | "current-or-follows"
  | "unchanged-by-service-account"
  | "unchanged-by-user"
  | "changed-to-follows"
  | "repinned-by-rancher"
  | "changed-to-acceptable"
  | "changed-no-worse"
  | "changed-to-lagging"
  | "changed-to-unknown"
  | "server-unknown"
  | "malformed-field"
  | "malformed-as-before"
  | "stale";

export interface Explanation {
  row: Row;
  administrated: boolean;
  /** The image that Rancher will deploy. */
  desired: Desired;
  /** The same of the old object. */
  before?: Desired;
  /**
   * `own-kept` if `fixed` is written or cleared: the image is Rancher's own before and
   * after.
   */
  transition?: "unchanged" | "own-kept" | "to-follows" | "repinned" | "to-malformed";
  /**
   * How a lagging pin compares with the previous image: `unclear` if it is not known whether
   * that lagged, `sideways` also if it is the same.
   */
  direction?: "introduced" | "unclear" | "worsened" | "sideways" | "improved";
  /** The image that Rancher applied last. */
  deployed?: Deployed;
  server: Server;
  /** All that was found, in the order of the message. A service account is told of rejections only. */
  findings: Finding[];
  /**
   * Rancher's own `agent-image`, if it was looked up; `gap` if it lags behind the server
   * by more than `allowedLag`, `ahead` if it is later than the server.
   */
  agentImage?: { image: string; gap?: Gap; ahead?: true };
  /** What Rancher would deploy if the pin were cleared, if that was looked up. */
  replacement?: Replacement;
  /** There if no image was looked at, because a service account leaves it as it was. */
  unseen?: true;
  /**
   * There for a pin that will not follow the next upgrade, also where a service account
   * is not told of it.
   */
  willNotFollow?: true;
}

export interface Replacement {
  image: string;
  /** Where it would move the agent: to clear the pin is good advice only if it is forward. */
  step: "forward" | "back" | "past-the-server";
}

export interface Desired {
  /** Why it is this image. */
  because: "follows" | "fixed" | "pinned" | "malformed";
  /** The field that decides, such as `spec.agentImageOverride`. */
  field?: string;
  /** The pinned image. */
  image?: Image;
}

export interface Image {
  image: string;
  tag?: string;
  /** The tag without what makes no difference: as it is compared. */
  version?: string;
  /** Why there is no version, if there is none. */
  unreadable?: "no-tag" | "digest-only" | "not-a-version";
  /** How it stands by all that the input says of Rancher, looked up or not. */
  verdict?: Verdict;
  gap?: Gap;
  /** There if the verdict follows from what was looked up for this answer. */
  known?: true;
}

export interface Deployed extends Image {
  /** Why the answer does not depend on it, if it does not. */
  notJudged?: "ignore" | "change" | "service-account";
  /**
   * Whether it is the image that Rancher deploys by the pin, or by its own `agent-image`.
   * Absent if that is not known.
   */
  isExpected?: boolean;
}

export type Verdict =
  | "current"
  | "ahead"
  | "tolerated"
  | "as-deployed-by-server"
  | "lagging"
  | "unknown-image"
  | "unknown-server";

/** What was found, by its reason code (docs/reason-codes.md), and how much it weighs. */
export interface Finding {
  severity: "warn" | "repair" | "reject";
  reason: string;
  /** The field, for `malformed-field` and `fixed-will-not-follow`. */
  field?: string;
}

/** How far behind; `build` and `trunk` have no count. */
export interface Gap {
  by: "major" | "minor" | "patch" | "build" | "trunk";
  count?: number;
}

export interface Server {
  /** Absent if it could not be had, or was not looked up. */
  version?: string;
  /** False if it cannot be compared. */
  comparable: boolean;
  from: "setting" | "live";
  /** Why it could not be had. */
  fault?: Fault;
  /** Why Rancher's own `agent-image` could not be had. */
  agentImageFault?: Fault;
}

export type Fault = "not-granted" | "forbidden" | "not-found" | "no-client" | "unreadable" | "failed";
