import { at, textOf, UNKNOWN, type Value } from "../values";
import {
  ASSUMED_DURATION_IN_MS,
  type Charge,
  hoursOf,
  inDigits,
  KNOWN_LATER,
  type Rule,
  type Term,
} from "./charge";
import { endpointConfiguration } from "./endpoints";
import { changedRoutes } from "./routes";

const SECONDS_PER_MILLION = ASSUMED_DURATION_IN_MS * 1000;

/** Lambda's (https://docs.aws.amazon.com/lambda/latest/dg/configuration-ephemeral-storage.html). */
const FREE_STORAGE_IN_MB = 512;

/** CloudWatch's: what is looked at more often is of high resolution. */
const STANDARD_PERIOD_IN_SECONDS = 60;

const MILLION: Pick<Term, "quantity" | "words"> = { quantity: 1, words: "1 million" };

const lambdaFunction: Rule = ({ memory_size, architectures, ephemeral_storage }) => {
  const charge = { what: "requests", per: "million requests" } as const;
  const architecture = architectures === UNKNOWN ? UNKNOWN : (at(architectures, 0) ?? "x86_64");
  if (typeof memory_size !== "number" || typeof architecture !== "string") {
    return [{ ...charge, terms: KNOWN_LATER }];
  }
  const gbSeconds = (megabytes: number) => ({
    quantity: (SECONDS_PER_MILLION * megabytes) / 1024,
    words: `${inDigits(SECONDS_PER_MILLION)} s × ${inDigits(megabytes / 1024)} GB`,
  });
  const storage = at(ephemeral_storage, 0, "size");
  const paidStorage = typeof storage === "number" ? storage - FREE_STORAGE_IN_MB : 0;
  return [
    {
      ...charge,
      terms: [
        { item: "lambda:request", name: "requests to Lambda", ...MILLION },
        {
          item: `lambda:duration:${architecture}`,
          name: `Lambda on ${architecture}`,
          ...gbSeconds(memory_size),
        },
        ...(paidStorage > 0
          ? [{ item: "lambda:ephemeral-storage", name: "Lambda's storage", ...gbSeconds(paidStorage) }]
          : []),
      ],
    },
  ];
};

const REST_REQUEST: Term = { item: "apigateway:rest-request", name: "requests to a REST API", ...MILLION };

const restApi: Rule = (_, surroundings) => [
  { what: "requests", per: "million requests", terms: [REST_REQUEST] },
  ...changedRoutes(surroundings, REST_REQUEST, lambdaFunction),
];

const stage: Rule = ({ cache_cluster_enabled, cache_cluster_size }) => {
  if (cache_cluster_enabled !== true) return [];
  const size = textOf(cache_cluster_size) ?? KNOWN_LATER;
  return [
    {
      what: "cache",
      per: "month",
      terms: [{ item: `apigateway:cache:${size}`, name: `cache of ${size} GB`, ...hoursOf(1) }],
    },
  ];
};

const methodSettings: Rule = ({ settings }) =>
  at(settings, 0, "metrics_enabled") === true
    ? [
        {
          what: "detailed metrics",
          per: "use",
          terms: "CloudWatch charges each metric that gets data: by use",
        },
      ]
    : [];

const vpcEndpoint: Rule = ({ vpc_endpoint_type, subnet_ids }) => {
  const type = textOf(vpc_endpoint_type) ?? "Gateway";
  // S3's and DynamoDB's gateways cost nothing.
  if (type === "Gateway") return [];
  const charge = { what: "network interfaces", per: "month" } as const;
  if (type !== "Interface") {
    return [{ ...charge, terms: [{ item: `vpc:${type}`, name: `endpoint of type ${type}`, ...hoursOf(1) }] }];
  }
  const inSubnets = (count: number): Term => ({
    item: "vpc:interface-endpoint",
    name: "interface endpoint",
    ...hoursOf(count),
  });
  if (!Array.isArray(subnet_ids) || subnet_ids.some((id: Value) => typeof id !== "string")) {
    return [{ ...charge, terms: "how many subnets it is in is known after apply", each: inSubnets(1) }];
  }
  return [{ ...charge, terms: [inSubnets(subnet_ids.length)] }];
};

const natGateway: Rule = () => [
  { what: "hours", per: "month", terms: [{ item: "vpc:nat-gateway", name: "NAT gateway", ...hoursOf(1) }] },
];

const publicAddress: Rule = () => [
  {
    what: "address",
    per: "month",
    terms: [{ item: "vpc:public-address", name: "public address", ...hoursOf(1) }],
  },
];

const kmsKey: Rule = () => [
  { what: "key", per: "month", terms: [{ item: "kms:key", name: "KMS key", quantity: 1, words: "1 key" }] },
];

const logGroup: Rule = ({ retention_in_days, log_group_class }) => {
  const charge = { what: "what is written", per: "GB of log" } as const;
  const logClass = textOf(log_group_class) || "STANDARD";
  const suffix = logClass === "STANDARD" ? "" : `:${logClass}`;
  if (retention_in_days === UNKNOWN) return [{ ...charge, terms: KNOWN_LATER }];
  if (typeof retention_in_days !== "number" || retention_in_days === 0) {
    return [{ ...charge, terms: "kept for ever: what is stored grows from month to month" }];
  }
  // 365 days are twelve months of 730 hours.
  const months = (retention_in_days * 12) / 365;
  return [
    {
      ...charge,
      terms: [
        { item: `logs:ingestion${suffix}`, name: "logs' ingestion", quantity: 1, words: "1 GB" },
        {
          item: `logs:storage${suffix}`,
          name: "logs' storage",
          quantity: months,
          words: `1 GB × ${inDigits(months)} months`,
        },
      ],
      note: "stored as if it were not compressed",
    },
  ];
};

const metricAlarm: Rule = ({ period, metric_query }) => {
  const charge = { what: "alarm", per: "month" } as const;
  if (Array.isArray(metric_query) && metric_query.length > 0) {
    return [{ ...charge, terms: "it looks at several metrics, each with its price" }];
  }
  if (typeof period !== "number") return [{ ...charge, terms: KNOWN_LATER }];
  const isStandard = period >= STANDARD_PERIOD_IN_SECONDS;
  const term = isStandard
    ? { item: "cloudwatch:alarm", name: "alarm" }
    : { item: "cloudwatch:high-resolution-alarm", name: "high-resolution alarm" };
  return [{ ...charge, terms: [{ ...term, quantity: 1, words: "1 alarm" }] }];
};

const webAcl: Rule = ({ rule }) => {
  const rules = rule ?? [];
  const month: Charge = {
    what: "web ACL",
    per: "month",
    terms: Array.isArray(rules)
      ? [
          { item: "waf:web-acl", name: "web ACL", quantity: 1, words: "1 web ACL" },
          { item: "waf:rule", name: "its rules", quantity: rules.length, words: `${rules.length} rules` },
        ]
      : KNOWN_LATER,
  };
  const requests: Charge = {
    what: "requests",
    per: "million requests",
    terms: [{ item: "waf:request", name: "requests to a web ACL", ...MILLION }],
  };
  return [month, requests];
};

/** What is charged for, by type of resource. */
export const RULES: Readonly<Record<string, Rule>> = {
  aws_api_gateway_method_settings: methodSettings,
  aws_api_gateway_rest_api: restApi,
  aws_api_gateway_stage: stage,
  aws_cloudwatch_log_group: logGroup,
  aws_cloudwatch_metric_alarm: metricAlarm,
  aws_eip: publicAddress,
  aws_kms_external_key: kmsKey,
  aws_kms_key: kmsKey,
  aws_kms_replica_external_key: kmsKey,
  aws_kms_replica_key: kmsKey,
  aws_lambda_function: lambdaFunction,
  aws_nat_gateway: natGateway,
  aws_sagemaker_endpoint_configuration: endpointConfiguration,
  aws_vpc_endpoint: vpcEndpoint,
  aws_wafv2_web_acl: webAcl,
};

/** Costs nothing, or is paid for with what uses it. */
export const FREE =
  /^(?:terraform_data|(?:null|random|time|tls|archive)_\w+|aws_(?:iam|appautoscaling|cloudfront_origin_access|cloudfront_response_headers|cloudfront_cache)_\w+|aws_api_gateway_\w+|aws_lambda_(?:alias|function_url|permission)|aws_sagemaker_(?:endpoint|model)|aws_(?:default_\w+|internet_gateway|route|route_table|route_table_association|security_group|security_group_rule|subnet|vpc|vpc_endpoint_\w+|vpc_security_group_\w+)|aws_s3_bucket_\w+|aws_\w+_(?:policy|permission)|aws_kms_(?:alias|grant)|aws_cloudwatch_log_(?:resource_policy|stream)|aws_wafv2_(?:ip_set|regex_pattern_set|web_acl_association))$/;

/** Costs by use alone. */
export const BY_USE =
  /^aws_(?:cloudfront_distribution|dynamodb_table|s3_bucket|s3_object|sns_topic|sqs_queue|ecr_repository)$/;
