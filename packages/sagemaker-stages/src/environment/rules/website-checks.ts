import { partitionOf } from "../../aws/partition";
import type { Environment } from "../environment";
import type { FaultCollector } from "../fault-collector";
import { routeAccess } from "../model-settings";

/** Checks that an environment can host the web page. @param collector - collects the faults of the environment */
export function checkWebsite(
  { website, region, stage, models }: Environment,
  collector: FaultCollector,
): void {
  if (website === undefined) return;
  collector.require(
    partitionOf(region) === "aws",
    "website",
    website,
    `no website in ${region}`,
    "CloudFront is not available in AWS GovCloud (US), and is a separate service in China: https://docs.aws.amazon.com/govcloud-us/latest/UserGuide/setting-up-cloudfront.html, https://docs.amazonaws.cn/en_us/AmazonCloudFront/latest/DeveloperGuide/cloudfront-in-china-how-works.html",
  );
  const accesses = Object.values(models).map(routeAccess);
  collector.require(
    accesses.includes("PUBLIC"),
    "website",
    website,
    "no website, or a model with the access PUBLIC",
    "the page can call only public routes",
  );
  collector.require(
    stage.corsAllowOrigin === undefined,
    "stage.corsAllowOrigin",
    stage.corsAllowOrigin,
    "no corsAllowOrigin together with a website",
    "the website sets the allowed origin to the origin of the page",
  );
}
