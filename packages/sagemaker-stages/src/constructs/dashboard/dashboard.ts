import { CloudwatchDashboard } from "@cdktf/provider-aws/lib/cloudwatch-dashboard";
import { Construct } from "constructs";
import { consoleHost } from "../../aws/partition";
import { dashboardName } from "../../environment/environment";
import { terraformJson } from "../terraform/terraform-json";
import { type DashboardSources, dashboardBody } from "./dashboard-body";

/**
 * The dashboard of an environment in CloudWatch. Its name has a suffix: CloudWatch replaces a dashboard of the same name without
 * an error, and a team may already have a dashboard whose name is the bare prefix.
 */
export class Dashboard extends Construct {
  /** Terraform's resource of the dashboard, for overrides. */
  readonly dashboard: CloudwatchDashboard;

  /** The address of the dashboard in AWS's console. */
  readonly url: string;

  constructor(scope: Construct, id: string, sources: DashboardSources) {
    super(scope, id);
    const { environment, region } = sources;
    const name = dashboardName(environment);
    this.dashboard = new CloudwatchDashboard(this, "dashboard", {
      dashboardName: name,
      dashboardBody: terraformJson(dashboardBody(sources)),
    });
    this.url = `https://${consoleHost(region)}/cloudwatch/home?region=${region}#dashboards/dashboard/${name}`;
  }
}
