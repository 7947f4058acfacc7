import { lambdaUsage } from "../../aws/lambda-usage";
import { METRICS_VARIABLE } from "../../aws/metrics";
import { at, textOf, UNKNOWN, type Value, type Values } from "../reading/values";
import {
  ASSUMED_DURATION_IN_MS,
  type Charge,
  type Factor,
  hoursOf,
  KNOWN_LATER,
  type Rule,
  type Term,
} from "./charge";
import { endpointConfiguration } from "./endpoints";
import { changedRoutes, longRoutes } from "./routes";

const SECONDS_PER_MILLION = ASSUMED_DURATION_IN_MS * 1000;

/** CloudWatch's: alarms with a shorter period are high-resolution alarms. */
const STANDARD_PERIOD_IN_SECONDS = 60;

const MILLION: Pick<Term, "quantity" | "factors"> = { quantity: 1, factors: [{ value: 1, unit: "million" }] };

/** One unit of an item. */
function one(item: string, unit: NonNullable<Factor["unit"]>): Term {
  return { item, quantity: 1, factors: [{ value: 1, unit }] };
}

/** Lambda's charges for the seconds of a function, without its requests. */
function durationTerms(
  { memory_size, architectures, ephemeral_storage }: Values,
  seconds: readonly Factor[],
): readonly Term[] | typeof KNOWN_LATER {
  const architecture = architectures === UNKNOWN ? UNKNOWN : (at(architectures, 0) ?? "x86_64");
  if (typeof memory_size !== "number" || typeof architecture !== "string") return KNOWN_LATER;
  const storage = at(ephemeral_storage, 0, "size");
  const usage = lambdaUsage({
    memorySizeInMb: memory_size,
    architecture,
    ephemeralStorageInMb: typeof storage === "number" ? storage : undefined,
  });
  return usage.map(({ item, gigabytes }) => ({
    item,
    quantity: seconds.reduce((product, { value }) => product * value, gigabytes),
    factors: [...seconds, { value: gigabytes, unit: "GB" } as const],
  }));
}

const lambdaFunction: Rule = (values) => {
  const terms = durationTerms(values, [{ value: SECONDS_PER_MILLION, unit: "s" }]);
  return [
    {
      what: { kind: "requests" },
      per: "million requests",
      terms: terms === KNOWN_LATER ? terms : [{ item: "lambda:request", ...MILLION }, ...terms],
    },
  ];
};

/** The requests that the function captures: each is one object, which S3 charges for when the object is written. */
const capturedRequests: Rule = ({ environment }) => {
  const percent = at(environment, 0, "variables", "CAPTURE_PERCENT");
  if (percent === undefined || percent === null) return [];
  const charge = { what: { kind: "captured requests" }, per: "million requests" } as const;
  const millions = Number(textOf(percent)) / 100;
  if (!(millions > 0)) return [{ ...charge, terms: KNOWN_LATER }];
  return [
    {
      ...charge,
      terms: [{ item: "s3:put", quantity: millions, factors: [{ value: millions, unit: "million" }] }],
    },
  ];
};

/**
 * The objects of asynchronous requests, which S3 charges for when they are written: the function writes the record of a request,
 * and SageMaker writes the result. A request with `Idempotency-Key` or with an upload writes its record twice. An upload, and an input
 * over 128,000 bytes, are further objects.
 */
const asyncRequests: Rule = ({ environment }) =>
  at(environment, 0, "variables", "ASYNC_LOCATION") === undefined
    ? []
    : [
        {
          what: { kind: "asynchronous requests" },
          per: "million requests",
          terms: [
            {
              item: "s3:put",
              quantity: OBJECTS_OF_REQUEST,
              factors: [{ value: OBJECTS_OF_REQUEST, unit: "million" }],
            },
          ],
        },
      ];

const OBJECTS_OF_REQUEST = 2;

/** The metrics that a new function prints. An environment without requests has none. */
const functionMetrics: Rule = ({ environment }) =>
  at(environment, 0, "variables", METRICS_VARIABLE) === undefined
    ? []
    : [
        {
          what: { kind: "metrics" },
          per: "use",
          terms: "metrics by hour",
          each: one("cloudwatch:custom-metric", "metric"),
        },
      ];

const REST_REQUEST: Term = { item: "apigateway:rest-request", ...MILLION };

const restApi: Rule = (_, context) => [
  { what: { kind: "requests" }, per: "million requests", terms: [REST_REQUEST] },
  ...changedRoutes(context, REST_REQUEST, lambdaFunction),
  ...longRoutes(context, (values, requests, seconds) =>
    durationTerms(values, [{ value: requests }, { value: seconds, unit: "s" }]),
  ),
];

const stage: Rule = ({ cache_cluster_enabled, cache_cluster_size }) => {
  if (cache_cluster_enabled !== true) return [];
  const size = textOf(cache_cluster_size) ?? KNOWN_LATER;
  return [
    {
      what: { kind: "cache" },
      per: "month",
      terms: [{ item: `apigateway:cache:${size}`, ...hoursOf(1) }],
    },
  ];
};

const methodSettings: Rule = ({ settings }) =>
  at(settings, 0, "metrics_enabled") === true
    ? [
        {
          what: { kind: "detailed metrics" },
          per: "use",
          terms: "metrics by use",
        },
      ]
    : [];

const vpcEndpoint: Rule = ({ vpc_endpoint_type, subnet_ids }) => {
  const type = textOf(vpc_endpoint_type) ?? "Gateway";
  // Gateway endpoints of S3 and DynamoDB cost nothing.
  if (type === "Gateway") return [];
  const charge = { what: { kind: "network interfaces" }, per: "month" } as const;
  if (type !== "Interface") {
    return [{ ...charge, terms: [{ item: `vpc:endpoint:${type}`, ...hoursOf(1) }] }];
  }
  const inSubnets = (count: number): Term => ({
    item: "vpc:interface-endpoint",
    ...hoursOf(count),
  });
  if (!Array.isArray(subnet_ids) || subnet_ids.some((id: Value) => typeof id !== "string")) {
    return [{ ...charge, terms: "subnets known after apply", each: inSubnets(1) }];
  }
  return [{ ...charge, terms: [inSubnets(subnet_ids.length)] }];
};

const natGateway: Rule = () => [
  { what: { kind: "hours" }, per: "month", terms: [{ item: "vpc:nat-gateway", ...hoursOf(1) }] },
];

const publicAddress: Rule = () => [
  {
    what: { kind: "address" },
    per: "month",
    terms: [{ item: "vpc:public-address", ...hoursOf(1) }],
  },
];

const kmsKey: Rule = () => [{ what: { kind: "key" }, per: "month", terms: [one("kms:key", "key")] }];

const logGroup: Rule = ({ retention_in_days, log_group_class }) => {
  const charge = { what: { kind: "log" }, per: "GB of log" } as const;
  const logClass = textOf(log_group_class) || "STANDARD";
  const suffix = logClass === "STANDARD" ? "" : `:${logClass}`;
  if (retention_in_days === UNKNOWN) return [{ ...charge, terms: KNOWN_LATER }];
  if (typeof retention_in_days !== "number" || retention_in_days === 0) {
    return [{ ...charge, terms: "unlimited retention" }];
  }
  // 365 days are twelve months of 730 hours.
  const months = (retention_in_days * 12) / 365;
  return [
    {
      ...charge,
      terms: [
        one(`logs:ingestion${suffix}`, "GB"),
        {
          item: `logs:storage${suffix}`,
          quantity: months,
          factors: [
            { value: 1, unit: "GB" },
            { value: months, unit: "months" },
          ],
        },
      ],
      note: { kind: "uncompressed" },
    },
  ];
};

/**
 * An alarm on an expression costs the price of an alarm for each of its metrics
 * (https://aws.amazon.com/cloudwatch/pricing/). A query of another account or of Metrics Insights has another price.
 */
function mathAlarm(queries: readonly Value[]): Charge["terms"] {
  const periods = queries.flatMap((query) => {
    const metric: Value | undefined = at(query, "metric", 0);
    return metric === undefined ? [] : [at(metric, "period")];
  });
  const isInsights = queries.some((query) => /\bSELECT\b/i.test(textOf(at(query, "expression")) ?? ""));
  if (queries.includes(UNKNOWN) || periods.some((period) => typeof period !== "number")) return KNOWN_LATER;
  if (isInsights || periods.length === 0) return "several metrics";
  const isStandard = periods.every((period) => Number(period) >= STANDARD_PERIOD_IN_SECONDS);
  return [
    {
      item: isStandard ? "cloudwatch:alarm" : "cloudwatch:high-resolution-alarm",
      quantity: periods.length,
      factors: [{ value: periods.length, unit: periods.length === 1 ? "metric" : "metrics" }],
    },
  ];
}

const compositeAlarm: Rule = () => [
  { what: { kind: "alarm" }, per: "month", terms: [one("cloudwatch:composite-alarm", "alarm")] },
];

const metricAlarm: Rule = ({ period, metric_query }) => {
  const charge = { what: { kind: "alarm" }, per: "month" } as const;
  if (Array.isArray(metric_query) && metric_query.length > 0) {
    return [{ ...charge, terms: mathAlarm(metric_query) }];
  }
  if (typeof period !== "number") return [{ ...charge, terms: KNOWN_LATER }];
  const isStandard = period >= STANDARD_PERIOD_IN_SECONDS;
  const item = isStandard ? "cloudwatch:alarm" : "cloudwatch:high-resolution-alarm";
  return [{ ...charge, terms: [one(item, "alarm")] }];
};

const dashboard: Rule = () => [
  { what: { kind: "dashboard" }, per: "month", terms: [one("cloudwatch:dashboard", "dashboard")] },
];

const webAcl: Rule = ({ rule }) => {
  const rules = rule ?? [];
  const month: Charge = {
    what: { kind: "web ACL" },
    per: "month",
    terms: Array.isArray(rules)
      ? [
          one("waf:web-acl", "web ACL"),
          { item: "waf:rule", quantity: rules.length, factors: [{ value: rules.length, unit: "rules" }] },
        ]
      : KNOWN_LATER,
  };
  const requests: Charge = {
    what: { kind: "requests" },
    per: "million requests",
    terms: [{ item: "waf:request", ...MILLION }],
  };
  return [month, requests];
};

/** The rules by type of resource. */
export const RULES: Readonly<Record<string, Rule>> = {
  aws_api_gateway_method_settings: methodSettings,
  aws_api_gateway_rest_api: restApi,
  aws_api_gateway_stage: stage,
  aws_cloudwatch_composite_alarm: compositeAlarm,
  aws_cloudwatch_dashboard: dashboard,
  aws_cloudwatch_log_group: logGroup,
  aws_cloudwatch_metric_alarm: metricAlarm,
  aws_eip: publicAddress,
  aws_kms_external_key: kmsKey,
  aws_kms_key: kmsKey,
  aws_kms_replica_external_key: kmsKey,
  aws_kms_replica_key: kmsKey,
  aws_lambda_function: (values, context) => [
    ...lambdaFunction(values, context),
    ...functionMetrics(values, context),
    ...capturedRequests(values, context),
    ...asyncRequests(values, context),
  ],
  aws_nat_gateway: natGateway,
  aws_sagemaker_endpoint_configuration: endpointConfiguration,
  aws_vpc_endpoint: vpcEndpoint,
  aws_wafv2_web_acl: webAcl,
};

/** Types that cost nothing, or whose cost is part of another resource. */
export const FREE =
  /^(?:terraform_data|(?:null|random|time|tls|archive)_\w+|aws_(?:iam|appautoscaling|cloudfront_origin_access|cloudfront_response_headers|cloudfront_cache)_\w+|aws_api_gateway_\w+|aws_lambda_(?:alias|function_url|permission)|aws_sagemaker_(?:endpoint|model)|aws_(?:acm_certificate|budgets_budget|acm_certificate_validation|default_\w+|internet_gateway|route|route53_record|route_table|route_table_association|security_group|security_group_rule|subnet|vpc|vpc_endpoint_\w+|vpc_security_group_\w+)|aws_s3_bucket_\w+|aws_\w+_(?:policy|permission)|aws_kms_(?:alias|grant)|aws_cloudwatch_log_(?:resource_policy|stream)|aws_wafv2_(?:ip_set|regex_pattern_set|web_acl_association))$/;

/** Types that cost by use only. */
export const BY_USE =
  /^aws_(?:cloudfront_distribution|dynamodb_table|s3_bucket|s3_object|s3_object_copy|sns_topic|sns_topic_subscription|sqs_queue|ecr_repository)$/;
