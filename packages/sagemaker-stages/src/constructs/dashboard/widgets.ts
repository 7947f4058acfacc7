/**
 * The widgets of a dashboard as CloudWatch's JSON
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html).
 */

/** The body of a dashboard. */
export interface DashboardBody {
  /** The time range after the dashboard is opened, e.g. `-P1D`. */
  readonly start: string;
  /** `auto`: the periods of the graphs grow with the time range that a person selects. */
  readonly periodOverride: "auto" | "inherit";
  readonly widgets: readonly Widget[];
}

/** The position of a widget in a grid of 24 columns. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A widget without its place. */
export type WidgetContent =
  | { readonly type: "text"; readonly properties: TextProperties }
  | { readonly type: "alarm"; readonly properties: AlarmProperties }
  | { readonly type: "metric"; readonly properties: MetricProperties };

/** A widget of a dashboard. */
export type Widget = WidgetContent & Place;

/** Markdown. */
export interface TextProperties {
  readonly markdown: string;
  readonly background?: "transparent";
}

/** The states of alarms. */
export interface AlarmProperties {
  readonly title: string;
  readonly alarms: readonly string[];
}

/** A graph, or numbers. */
export interface MetricProperties {
  readonly title: string;
  readonly view: "timeSeries" | "singleValue";
  readonly region: string;
  readonly metrics: readonly MetricRow[];
  /** In seconds. */
  readonly period: number;
  readonly stat: string;
  readonly stacked?: boolean;
  readonly sparkline?: boolean;
  /** Whether a number is the value of the whole time range. */
  readonly setPeriodToTimeRange?: boolean;
  /** A time range of the widget, e.g. `-P1M`. */
  readonly start?: string;
  readonly yAxis?: Readonly<Partial<Record<"left" | "right", YAxis>>>;
  readonly annotations?: { readonly horizontal: readonly HorizontalAnnotation[] };
  readonly legend?: { readonly position: "bottom" | "right" | "hidden" };
}

/** An axis of a graph. */
export interface YAxis {
  readonly label?: string;
  readonly min?: number;
  readonly max?: number;
  readonly showUnits?: boolean;
}

/** A horizontal line in a graph. */
export interface HorizontalAnnotation {
  readonly label: string;
  readonly value: number;
  readonly yAxis?: "left" | "right";
  readonly color?: string;
}

/**
 * A metric: namespace, name, names and values of the dimensions, and the options. An expression has only options.
 */
export type MetricRow = readonly (string | RowOptions)[];

/** The options of a row. */
export interface RowOptions {
  readonly id: string;
  readonly label?: string;
  readonly stat?: string;
  readonly expression?: string;
  readonly color?: string;
  readonly visible?: boolean;
  readonly yAxis?: "left" | "right";
}

/** A metric of CloudWatch. */
export interface Metric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** E.g. `Sum` or `p99`. */
  readonly stat: string;
}

/** How a row is shown. */
export type Shown = Pick<RowOptions, "label" | "color" | "yAxis">;

/** The rows of one graph. The graph gives each row its id: expressions name the rows of the graph by their ids. */
export class Rows {
  readonly rows: MetricRow[] = [];

  /** Whether the graph shows a line. */
  get isVisible(): boolean {
    return this.rows.some((row) => {
      const options = row.at(-1);
      return typeof options === "object" && options.visible !== false;
    });
  }

  /** Adds a metric that the graph shows. @returns the row's id */
  show(metric: Metric, shown: Shown): string {
    return this.add(metric, shown);
  }

  /** Adds a metric that only expressions use. @returns the row's id */
  use(metric: Metric): string {
    return this.add(metric, { visible: false });
  }

  /** Adds an expression that the graph shows. @returns the row's id */
  showExpression(expression: string, shown: Shown): string {
    return this.addExpression(expression, shown);
  }

  /** Adds an expression that only other expressions use. @returns the row's id */
  useExpression(expression: string): string {
    return this.addExpression(expression, { visible: false });
  }

  private add({ namespace, name, dimensions, stat }: Metric, options: Omit<RowOptions, "id">): string {
    const id = `m${this.rows.length + 1}`;
    this.rows.push([namespace, name, ...Object.entries(dimensions).flat(), { id, stat, ...options }]);
    return id;
  }

  private addExpression(expression: string, options: Omit<RowOptions, "id">): string {
    const id = `e${this.rows.length + 1}`;
    this.rows.push([{ id, expression, ...options }]);
    return id;
  }
}

/** The sum of rows, as an expression. A row without a value counts as 0, unless no row has a value. */
export function sumOf(ids: readonly string[]): string {
  return ids.length === 1 ? (ids[0] ?? "") : `SUM([${ids.join(",")}])`;
}

/** The columns of a dashboard. */
export const COLUMNS = 24;

/** Widgets from left to right with one height. */
export interface WidgetRow {
  readonly height: number;
  /** Each widget has the same width, unless `widths` has other widths. */
  readonly widgets: readonly WidgetContent[];
  readonly widths?: readonly number[];
}

/** Places rows of widgets below each other. A row without widgets takes no place. */
export function placed(rows: readonly WidgetRow[]): Widget[] {
  let y = 0;
  return rows.flatMap(({ height, widgets, widths }) => {
    if (widgets.length === 0) return [];
    let x = 0;
    const row = widgets.map((widget, index) => {
      const width = widths?.[index] ?? Math.floor(COLUMNS / widgets.length);
      const place: Widget = { ...widget, x, y, width, height };
      x += width;
      return place;
    });
    y += height;
    return row;
  });
}
