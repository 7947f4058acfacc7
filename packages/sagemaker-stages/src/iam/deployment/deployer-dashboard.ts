import { dashboardName } from "../../environment/environment";
import { allow, type Statement } from "../policy-document";
import type { EnvironmentArns } from "./environment-arns";

/** ARN of the environment's dashboard; empty without a dashboard. A dashboard belongs to no region. */
export function dashboardArns(arns: EnvironmentArns): string[] {
  return arns.environment.dashboard === true
    ? [arns.globalArn("cloudwatch", `dashboard/${dashboardName(arns.prefix)}`)]
    : [];
}

/**
 * The permissions for the environment's dashboard
 * (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html).
 */
export function dashboardStatements(arns: EnvironmentArns): Statement[] {
  const dashboards = dashboardArns(arns);
  if (dashboards.length === 0) return [];
  return [
    allow(
      "ManageDashboard",
      ["cloudwatch:DeleteDashboards", "cloudwatch:GetDashboard", "cloudwatch:PutDashboard"],
      dashboards,
    ),
  ];
}
