/** The phrases of a risk. With a resource as the subject, each is a sentence. */
export interface RiskPhrase {
  readonly worse: string;
  readonly better: string;
  /** The phrase in the verdict, where `worse` is too long. */
  readonly short?: string;
}

/** The phrases by risk. `{name}` is a parameter of the risk's details. */
export const RISK_PHRASES = {
  // Shared by several rules.
  retention: { worse: "keeps its content for a shorter time", better: "keeps its content longer" },
  "automated backups": {
    worse: "keeps automated backups for a shorter time, and AWS deletes older backups",
    better: "keeps automated backups longer",
  },
  "deletion protection": {
    worse: "is no longer protected from deletion",
    better: "is protected from deletion",
  },
  "forced deletion": {
    worse: "can be deleted with all of its content",
    better: "can no longer be deleted with its content",
  },
  "internet access": {
    worse: "is reachable from the internet",
    better: "is no longer reachable from the internet",
  },
  encryption: { worse: "is no longer encrypted", better: "is encrypted" },
  "switched off": { worse: "is switched off", better: "is switched on" },
  firewall: { worse: "no longer has a firewall (web ACL)", better: "has a firewall (web ACL)" },

  // One rule each.
  "log retention": {
    worse: "keeps log events for a shorter time, and AWS deletes older events",
    better: "keeps log events longer",
  },
  "item expiration": {
    worse: "deletes items when their time to live ends",
    better: "no longer deletes items when their time to live ends",
  },
  "restore window": {
    worse: "can be restored to fewer points in time",
    better: "can be restored to more points in time",
  },
  "snapshot retention": {
    worse: "keeps fewer snapshots, and AWS deletes older snapshots",
    better: "keeps more snapshots",
  },
  "point-in-time recovery": {
    worse: "no longer has point-in-time recovery, and AWS deletes the continuous backups",
    better: "has point-in-time recovery",
  },
  backup: { worse: "is no longer backed up", better: "is backed up" },
  "public API endpoint": {
    worse: "has an API that is reachable from the internet",
    better: "has an API that is no longer reachable from the internet",
  },
  "public API addresses": {
    worse: "has an API that every internet address can reach",
    better: "has an API that only some addresses can reach",
  },
  "firewall default": {
    worse: "permits requests that no rule blocks",
    better: "blocks requests that no rule permits",
  },
  "firewall block": {
    worse: "has a rule that no longer blocks requests",
    better: "has a rule that blocks requests",
  },
  "firewall rate": {
    worse: "has a rule that permits more requests from one address",
    better: "has a rule that permits fewer requests from one address",
  },
  "firewall count": {
    worse: "has a rule group that only counts requests",
    better: "has a rule group that blocks requests",
  },
  "firewall scope": {
    worse: "has a rule that inspects fewer requests",
    better: "has a rule that inspects more requests",
  },
  "public address": { worse: "has a public IP address", better: "no longer has a public IP address" },
  "public addresses of instances": {
    worse: "gives instances a public IP address",
    better: "no longer gives instances a public IP address",
  },
  "public addresses of a subnet": {
    worse: "gives each instance a public IP address",
    better: "no longer gives instances a public IP address",
  },
  "public addresses of tasks": {
    worse: "gives tasks a public IP address",
    better: "no longer gives tasks a public IP address",
  },
  "direct internet access": {
    worse: "has direct internet access, outside of the VPC",
    better: "no longer has direct internet access",
  },
  "root access": { worse: "gives users root access", better: "no longer gives users root access" },
  "internet access of apps": {
    worse: "has direct internet access, outside of the VPC",
    better: "reaches the internet only through the VPC",
  },
  "network isolation": {
    worse: "is no longer isolated from the network",
    better: "is isolated from the network",
  },
  "guest credentials": {
    worse: "gives AWS credentials to guests: anyone, without a sign-in",
    better: "no longer gives guests AWS credentials",
  },
  "classic flow": {
    worse: "allows the classic flow, in which a client chooses its role",
    better: "no longer allows the classic flow",
  },
  "sign-up": { worse: "permits anyone to sign up", better: "permits only administrators to create users" },
  "multi-factor authentication": {
    worse: "no longer has multi-factor authentication",
    better: "has multi-factor authentication",
  },
  "origin access control": {
    worse: "reads its origin without an origin access control, so the origin must be public",
    better: "reads its origin with an origin access control",
  },
  "fine-grained access control": {
    worse: "no longer has fine-grained access control",
    better: "has fine-grained access control",
  },
  password: { worse: "no longer requires a password", better: "requires a password" },
  "connection acceptance": {
    worse: "accepts every connection without an approval",
    better: "requires an approval for each connection",
  },
  "external sharing": {
    worse: "can be shared outside of the organization",
    better: "can no longer be shared outside of the organization",
  },
  "public sharing block": { worse: "no longer prevents public sharing", better: "prevents public sharing" },
  "public cluster block": { worse: "no longer prevents public clusters", better: "prevents public clusters" },
  "reserved concurrency": { worse: "is switched off: no invocation can run", better: "is switched on" },
  "event source": { worse: "no longer invokes its function", better: "invokes its function" },
  "provisioned concurrency": { worse: "keeps fewer instances ready", better: "keeps more instances ready" },
  tasks: { worse: "runs no task", better: "runs tasks" },
  "instance limit": { worse: "can run no instance", better: "can run instances" },
  instances: { worse: "runs no instance", better: "runs instances" },
  "scaling disabled": { worse: "cannot scale above 0", better: "can scale above 0" },
  "scales to zero": {
    worse: "has no capacity while no request waits, and starts after the first request",
    better: "always has capacity",
  },
  "asynchronous kind": {
    worse:
      "changes from asynchronous to real-time requests, which SageMaker refuses for an existing endpoint: replace the endpoint in the same apply with {names}",
    better: "keeps its kind of requests",
  },
  "real-time endpoint": {
    worse:
      "changes from asynchronous to real-time requests: the endpoint is replaced, waiting requests are lost, and the model does not answer until the new endpoint is in service",
    better: "keeps its kind of requests",
    short: "changes from asynchronous to real-time requests, with an outage",
  },
  "asynchronous endpoint": {
    worse:
      "changes from real-time to asynchronous requests: the endpoint is replaced, and the model does not answer until the new endpoint is in service",
    better: "keeps its kind of requests",
  },
  "many models": {
    worse:
      "serves many models instead of one: the model's route fails until the update of its endpoint is complete, some minutes later",
    better: "serves as many models as before",
    short: "serves many models instead of one, with an outage",
  },
  "one model": {
    worse:
      "serves one model instead of many: the model's route fails until the update of its endpoint is complete, some minutes later",
    better: "serves as many models as before",
    short: "serves one model instead of many, with an outage",
  },
  "moved function": {
    worse:
      "is new, and its function already serves a route: the route fails until the endpoint is in service, some minutes later",
    better: "serves its route as before",
    short: "is new for an existing route, with an outage",
  },
  "scaling limit": { worse: "has a lower scaling limit", better: "has a higher scaling limit" },
  "budget limit": { worse: "has a higher limit", better: "has a lower limit" },
  "scheduled limit": { worse: "schedules a lower limit", better: "schedules a higher limit" },
  "initial instances": { worse: "starts with fewer instances", better: "starts with more instances" },
  "variant weight": {
    worse: "sends no request to one of its variants",
    better: "sends requests to each of its variants",
  },
  "endpoint concurrency": {
    worse: "serves fewer concurrent requests",
    better: "serves more concurrent requests",
  },
  "rate of 0": {
    worse: "rejects every request (0 requests per second)",
    better: "no longer rejects every request",
  },
  "burst of 0": { worse: "rejects every request (burst 0)", better: "no longer rejects every request" },
  "usage plan route of 0": {
    worse: "rejects every request of its keys to a route",
    better: "no longer rejects every request of its keys to a route",
  },
  "route of 0": {
    worse: "rejects every request of a route (0 requests per second)",
    better: "no longer rejects every request of a route",
  },
  "usage plan of 0": {
    worse: "rejects every request with its keys",
    better: "no longer rejects every request with its keys",
  },
  "disabled key": { worse: "is disabled: the key can neither encrypt nor decrypt", better: "is enabled" },
  "forced deletion of a user": {
    worse: "can be deleted with its access keys",
    better: "can no longer be deleted with its access keys",
  },
  "object versions": {
    worse: "no longer keeps versions of overwritten or deleted objects",
    better: "keeps versions of overwritten or deleted objects",
  },
  "MFA delete": {
    worse: "no longer requires a second factor to delete a version",
    better: "requires a second factor to delete a version",
  },
  "key deletion window": {
    worse: "can be lost sooner after a scheduled deletion",
    better: "can be restored longer after a scheduled deletion",
  },
  "key rotation": { worse: "is no longer rotated", better: "is rotated" },
  "secret recovery window": {
    worse: "can be lost sooner after a deletion",
    better: "can be restored longer after a deletion",
  },
  "final snapshot": {
    worse: "is deleted without a final snapshot",
    better: "is deleted only after a final snapshot",
  },
  "deleted backups": {
    worse: "is deleted with its automated backups",
    better: "keeps its automated backups after a deletion",
  },
  "encryption of variables": {
    worse: "no longer encrypts its environment variables with a customer managed key",
    better: "encrypts its environment variables with a customer managed key",
  },
  "customer managed key": {
    worse: "is no longer encrypted with a customer managed key",
    better: "is encrypted with a customer managed key",
  },
  VPC: { worse: "no longer runs in a VPC", better: "runs in a VPC" },
  "TLS policy": {
    worse: "accepts older versions or weaker ciphers of TLS",
    better: "accepts only newer versions or stronger ciphers of TLS",
  },
  HTTPS: { worse: "accepts unencrypted HTTP", better: "accepts only HTTPS" },
  "encrypted connections": { worse: "no longer encrypts connections", better: "encrypts connections" },
  "instance metadata": {
    worse: "gives credentials to requests without a session token (IMDSv1)",
    better: "requires a session token (IMDSv2)",
  },
  "image tags": {
    worse: "permits image tags to be overwritten",
    better: "prevents image tags from being overwritten",
  },
  "image scan": { worse: "no longer scans images", better: "scans images" },
  "trail logging": { worse: "no longer records API calls", better: "records API calls" },
  "log file validation": {
    worse: "no longer detects changed log files",
    better: "detects changed log files",
  },
  "threat detection": { worse: "no longer detects threats", better: "detects threats" },
  "configuration recorder": {
    worse: "no longer records configuration changes",
    better: "records configuration changes",
  },
  "alarm actions": { worse: "no longer sends notifications", better: "sends notifications" },
  "alarm notification": { worse: "no longer sends notifications", better: "sends notifications" },
  "alarm recipient": {
    worse: "no longer notifies one of its recipients",
    better: "notifies one more recipient",
  },
  "alarm threshold": {
    worse: "permits a larger deviation before it goes off",
    better: "goes off at a smaller deviation",
  },
  "alarm delay": {
    worse: "goes off after more breaching periods",
    better: "goes off after fewer breaching periods",
  },
  "alarm missing data": {
    worse: "no longer goes off when data is missing",
    better: "goes off when data is missing",
  },
  "alarm measurement": { worse: "measures something else", better: "measures something else" },
  "alarm rule": {
    worse: "combines its alarms in another way",
    better: "combines its alarms in another way",
  },
  "alarm combination": {
    worse: "no longer goes off with the alarms {names}",
    better: "goes off with the alarms {names}",
  },
  "alarm suppression": {
    worse: "sends no notifications while its suppressor alarm is on",
    better: "sends notifications also while another alarm is on",
  },
  "subscription recipient": {
    worse: "no longer notifies its recipient, and a new address receives no alarms until it confirms",
    better: "notifies another recipient",
  },
  "subscription filter": {
    worse: "delivers only the messages that its filter policy accepts",
    better: "delivers all messages",
  },
  standby: { worse: "no longer has a standby in another zone", better: "has a standby in another zone" },

  // Removed resources that protect others.
  "removed firewall": {
    worse: "is removed: its resource no longer has a firewall (web ACL)",
    better: "adds a firewall (web ACL) to a resource",
  },
  "removed DDoS protection": {
    worse: "is removed: its resource no longer has DDoS protection",
    better: "protects a resource from DDoS attacks",
  },
  "removed trail": { worse: "no longer records API calls", better: "records API calls" },
  "removed threat detection": { worse: "no longer detects threats", better: "detects threats" },
  "removed recorder": {
    worse: "no longer records configuration changes",
    better: "records configuration changes",
  },
  "removed Security Hub": {
    worse: "no longer reports security findings",
    better: "reports security findings",
  },
  "removed backup selection": {
    worse: "is removed: its resources are no longer backed up",
    better: "backs up resources",
  },
  "removed backup lock": {
    worse: "is removed: backups can be deleted early",
    better: "prevents early deletion of backups",
  },
  "removed object lock": {
    worse: "is removed: objects can be deleted early",
    better: "prevents early deletion of objects",
  },
  "removed bucket encryption": {
    worse: "is removed: S3's default encryption applies to new objects",
    better: "encrypts new objects",
  },
  "removed access log": {
    worse: "is removed: access to the bucket is no longer logged",
    better: "logs access to the bucket",
  },
  "removed alarm": {
    worse: "is removed: the failures that it reported stay unnoticed",
    better: "reports failures",
  },
  "removed subscription": {
    worse: "is removed: its recipient receives no more alarms",
    better: "sends alarms to one more recipient",
  },
  "removed flow log": { worse: "no longer records connections", better: "records connections" },

  // With parameters.
  expiration: { worse: "now deletes {objects} {when}", better: "keeps its content longer" },
  "unknown expiration": {
    worse: "deletes content by rules that are known after apply",
    better: "keeps its content longer",
  },
  "expiration attribute": {
    worse: "deletes items at the time in the attribute {names}",
    better: "keeps its items longer",
  },
  "firewall rules": { worse: "no longer has the {rules}", better: "has the {rules}" },
  "firewall override": {
    worse: "only counts or permits requests that match the {rules}",
    better: "blocks requests that match the {rules}",
  },
  "public sharing": { worse: "is shared with the public", better: "is no longer shared with the public" },
  sharing: { worse: "is shared with {names}", better: "is no longer shared with {names}" },
  "captured names": {
    worse:
      "stores the names of fields, and no values, of {percent} of the requests and answers in the bucket {bucket}",
    better: "no longer stores values of requests and answers",
    short: "stores the names of fields of requests and answers",
  },
  "captured fields": {
    worse:
      "stores data of callers in the bucket {bucket}: the values of {names} in {percent} of the requests and answers",
    better: "stores less data of callers: the values of {names} in {percent} of the requests and answers",
    short: "stores data of callers: the values of {names}",
  },
  "captured data": {
    worse:
      "stores data of callers in the bucket {bucket}: all values except {names} in {percent} of the requests and answers",
    better: "stores less data of callers: all values except {names} in {percent} of the requests and answers",
    short: "stores data of callers: all values except {names}",
  },
  "asynchronous data": {
    worse: "stores the inputs and results of callers in S3 below {names}",
    better: "stores no inputs and results of callers",
    short: "stores the inputs and results of callers in S3",
  },
  "asynchronous retention": {
    worse: "keeps inputs and results of callers longer than before: S3 deletes them {when}",
    better: "keeps inputs and results of callers no longer than before",
    short: "keeps inputs and results of callers longer than before",
  },
  "captured retention": {
    worse: "keeps captured requests longer than before: S3 deletes them {when}",
    better: "keeps captured requests no longer than before",
    short: "keeps captured requests longer than before",
  },
  "capture key": {
    worse:
      "stores requests without the key {key}: every reader of the bucket reads them, also without access to the key",
    better: "stores requests with a key of KMS",
    short: "stores requests without a key of KMS",
  },
  "ending runtime": {
    worse: "has a runtime that ends soon: {dates}",
    better: "has a supported runtime",
    short: "has a runtime that ends soon",
  },
  "ended runtime": {
    worse: "has a runtime that has ended: {dates}",
    better: "has a supported runtime",
    short: "has a runtime that has ended",
  },
  "rejected runtime": {
    worse: "cannot be applied, because its runtime has ended: {dates}",
    better: "has a supported runtime",
    short: "cannot be applied, because its runtime has ended",
  },
} as const satisfies Readonly<Record<string, RiskPhrase>>;

/** Names the phrases of a risk. */
export type RiskId = keyof typeof RISK_PHRASES;
