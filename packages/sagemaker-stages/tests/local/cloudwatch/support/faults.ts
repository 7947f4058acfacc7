import type { FaultStage } from "./fault-stage";

/** A fault, and the alarm that it must trigger. */
export interface FaultRow {
  /** The fault, for the table in the documentation. */
  readonly fault: string;
  /** The alarm without the environment's prefix; `undefined` if no alarm may go off. */
  readonly alarm: string | undefined;
  /**
   * The minutes from the start of the fault to the state ALARM, and back to OK. The minutes are exact, because the test sets
   * the clock.
   */
  readonly minutes?: readonly [alarm: number, ok: number];
  /** Minutes before the fault in which the scenario sends requests. @default 0 */
  readonly historyInMinutes?: number;
  /** Whether the scenario mostly waits for slow answers: it then runs beside the other scenarios, on a dedicated stage. */
  readonly waits?: true;
  readonly run: (stage: FaultStage) => Promise<void>;
}

/** The history begins this time before the fault. */
const HISTORY_IN_MINUTES = 330;

/** Requests in each of 5 hours, and none in the hour before the fault: a short outage is a small part of 6 hours. */
async function sendHistory(stage: FaultStage, requestsInHour = 48): Promise<void> {
  for (let minute = -HISTORY_IN_MINUTES; minute < -60; minute += 60) {
    stage.at(minute);
    await stage.send("house-price", requestsInHour);
  }
}

/** The faults. Each row is a scenario on the running local stage. */
export const FAULTS: readonly FaultRow[] = [
  {
    fault: "No request arrives, e.g. after the first deployment",
    alarm: undefined,
    run: async () => {},
  },
  {
    fault: "The model's container answers 500 to 3 of 25 requests, after 5 hours with 240 answers",
    alarm: "house-price-availability-fast",
    minutes: [1, 21],
    historyInMinutes: HISTORY_IN_MINUTES,
    run: async (stage) => {
      await sendHistory(stage);
      stage.at(0);
      await stage.send("house-price", 22);
      await stage.send("house-price", 3, { kind: "fail" });
      // The rate of the last 5 minutes is low: no second alarm.
      stage.at(10);
      await stage.send("house-price", 19);
      await stage.send("house-price", 1, { kind: "fail" });
      stage.at(60);
      await stage.send("house-price", 40);
      // The hour has one failure: no second alarm.
      stage.at(75);
      await stage.send("house-price", 1, { kind: "fail" });
    },
  },
  {
    fault: "The model fails for each of its few callers, 1 request every 12 minutes for 36 minutes",
    alarm: "house-price-availability-fast",
    minutes: [25, 57],
    historyInMinutes: HISTORY_IN_MINUTES,
    run: async (stage) => {
      await sendHistory(stage, 80);
      for (const minute of [0, 12, 24, 36]) {
        stage.at(minute);
        await stage.send("house-price", 1, { kind: "fail" });
      }
      stage.at(48);
      await stage.send("house-price", 1);
    },
  },
  {
    fault: "3 requests in a row fail, but not more than 5 % of an hour",
    alarm: undefined,
    historyInMinutes: 90,
    run: async (stage) => {
      stage.at(-90);
      await stage.send("house-price", 50);
      stage.at(-30);
      await stage.send("house-price", 57);
      stage.at(0);
      await stage.send("house-price", 3, { kind: "fail" });
    },
  },
  {
    fault: "The function crashes for 3 requests within 37 minutes: it prints no line for them",
    alarm: "house-price-availability-fast",
    minutes: [37, 57],
    historyInMinutes: HISTORY_IN_MINUTES,
    run: async (stage) => {
      await sendHistory(stage);
      for (const minute of [0, 18, 36]) {
        stage.at(minute);
        await stage.sendWithCrash("house-price", 1);
      }
      await stage.send("house-price", 5);
    },
  },
  {
    fault: "A function that prints no metrics crashes for 3 of 120 requests",
    alarm: undefined,
    run: async (stage) => {
      stage.at(0);
      await stage.deploy((terraform) => {
        for (const fn of Object.values(terraform.resource.aws_lambda_function ?? {})) {
          if (fn.function_name !== "prod-house-price") continue;
          const { variables } = fn.environment as { variables: Record<string, string> };
          delete variables.METRICS_ENVIRONMENT;
        }
      });
      for (let i = 0; i < 117; i++) await stage.sendOne("house-price", false);
      await stage.sendWithCrash("house-price", 3);
      await stage.deploy();
    },
  },
  {
    fault: "Lambda throttles 3 requests in one minute, because the function's concurrency is used up",
    alarm: "house-price-availability-fast",
    minutes: [1, 21],
    historyInMinutes: HISTORY_IN_MINUTES,
    run: async (stage) => {
      await sendHistory(stage);
      stage.at(0);
      await stage.hold("house-price", 5, "function", async () => {
        await Promise.all([1, 2, 3].map(() => stage.sendOne("house-price", false)));
      });
    },
  },
  {
    fault: "A deployment names a variant that the endpoint does not have: SageMaker refuses 3 requests",
    alarm: "house-price-availability-fast",
    minutes: [1, 21],
    historyInMinutes: HISTORY_IN_MINUTES,
    run: async (stage) => {
      await sendHistory(stage);
      stage.at(0);
      await stage.deploy((terraform) => {
        for (const fn of Object.values(terraform.resource.aws_lambda_function ?? {})) {
          if (fn.function_name !== "prod-house-price") continue;
          const { variables } = fn.environment as { variables: Record<string, string> };
          variables.ENDPOINT_TARGET_VARIANT = "Missing";
        }
      });
      await stage.send("house-price", 3);
      await stage.deploy();
    },
  },
  {
    fault: "4 % of the requests fail, 1 of 25 every 5 minutes, the last one with a crash of the function",
    alarm: "house-price-availability-slow",
    minutes: [11, 136],
    run: async (stage) => {
      for (const minute of [0, 5, 10]) {
        stage.at(minute);
        await stage.send("house-price", 24);
        await stage.send("house-price", 1, { kind: "fail" });
      }
      stage.at(15);
      await stage.send("house-price", 24);
      await stage.sendWithCrash("house-price", 1);
      // Six hours later, one failure is too few.
      stage.at(400);
      await stage.send("house-price", 1, { kind: "fail" });
    },
  },
  {
    fault:
      "With little traffic, requests fail hours apart for several reasons: crashes of the function, and requests that SageMaker or Lambda throttles",
    alarm: "house-price-availability-slow",
    minutes: [301, 456],
    run: async (stage) => {
      stage.at(0);
      await stage.send("house-price", 20);
      await stage.hold("house-price", 10, "client", async () => {
        await stage.sendOne("house-price", true);
      });
      stage.at(150);
      await stage.send("house-price", 20);
      await stage.sendWithCrash("house-price", 1);
      stage.at(300);
      await stage.send("house-price", 20);
      await stage.hold("house-price", 5, "function", async () => {
        await stage.sendOne("house-price", false);
      });
      stage.at(310);
      await stage.sendWithCrash("house-price", 1);
      await stage.send("house-price", 4);
      stage.at(335);
      await stage.send("house-price", 25);
      await stage.hold("house-price", 10, "client", async () => {
        await stage.sendOne("house-price", true);
      });
      // 2 % of half an hour is too little: no second alarm.
      stage.at(470);
      await stage.send("house-price", 49);
      await stage.send("house-price", 1, { kind: "fail" });
    },
  },
  {
    fault: "2 requests fail, and 7 hours later the function crashes once",
    alarm: undefined,
    run: async (stage) => {
      stage.at(0);
      await stage.send("house-price", 2, { kind: "fail" });
      stage.at(420);
      await stage.sendWithCrash("house-price", 1);
    },
  },
  {
    fault: "The function crashes for the only request of a day",
    alarm: undefined,
    run: async (stage) => {
      stage.at(0);
      await stage.sendWithCrash("house-price", 1);
    },
  },
  {
    fault: "2 of 3 requests fail: too few for a rate",
    alarm: undefined,
    run: async (stage) => {
      stage.at(0);
      await stage.send("house-price", 1);
      await stage.send("house-price", 2, { kind: "fail" });
    },
  },
  {
    fault: "Callers send 10 requests that they must change",
    alarm: undefined,
    run: async (stage) => {
      stage.at(0);
      for (let i = 0; i < 10; i++) await stage.sendInvalid("house-price");
    },
  },
  {
    fault:
      "SageMaker throttles 1 of 41 requests every 5 minutes, because another client uses the endpoint's concurrency",
    alarm: "house-price-throttled",
    minutes: [11, 16],
    run: async (stage) => {
      for (const minute of [0, 5, 10]) {
        stage.at(minute);
        await stage.send("house-price", 40);
        await stage.hold("house-price", 10, "client", async () => {
          await stage.sendOne("house-price", true);
        });
      }
    },
  },
  {
    fault: "Lambda throttles 1 of 41 requests every 5 minutes",
    alarm: "house-price-throttled",
    minutes: [11, 16],
    run: async (stage) => {
      for (const minute of [0, 5, 10]) {
        stage.at(minute);
        await stage.send("house-price", 35);
        await stage.hold("house-price", 5, "function", async () => {
          await stage.sendOne("house-price", false);
        });
      }
    },
  },
  {
    fault: "Another client uses 80 % of the endpoint's concurrency for 10 minutes, after 5 minutes with 60 %",
    alarm: "house-price-saturated",
    minutes: [15, 21],
    run: async (stage) => {
      for (let minute = 0; minute < 15; minute++) {
        stage.at(minute);
        await stage.hold("house-price", minute < 5 ? 6 : 8, "client");
      }
    },
  },
  {
    fault: "Requests use 80 % of the function's concurrency for 10 minutes, after 5 minutes with 40 %",
    alarm: "house-price-saturated",
    minutes: [15, 21],
    run: async (stage) => {
      for (let minute = 0; minute < 15; minute++) {
        stage.at(minute);
        await stage.hold("house-price", minute < 5 ? 2 : 4, "function");
      }
    },
  },
  {
    fault: "The endpoint answers no request in time in 3 separate periods of 5 minutes within an hour",
    alarm: "energy-demand-not-waking",
    minutes: [56, 61],
    waits: true,
    run: async (stage) => {
      stage.at(0);
      await stage.send("energy-demand", 2, { kind: "hang" });
      // In this period, one of two requests is answered.
      stage.at(12);
      await stage.send("energy-demand", 1);
      await stage.send("energy-demand", 1, { kind: "hang" });
      for (const minute of [27, 55]) {
        stage.at(minute);
        await stage.send("energy-demand", 2, { kind: "hang" });
      }
    },
  },
  {
    fault:
      "The endpoint answers no request in time in 3 separate periods of 5 minutes within an hour, in which callers also send requests that they must change",
    alarm: "energy-demand-not-waking",
    minutes: [56, 61],
    waits: true,
    run: async (stage) => {
      for (const minute of [0, 27, 55]) {
        stage.at(minute);
        await stage.sendInvalid("energy-demand");
        await stage.send("energy-demand", 1, { kind: "hang" });
      }
    },
  },
  {
    fault:
      "1 of 60 requests takes 1.3 seconds in each of two quarters of an hour, with an objective of 1 second, among 60 requests that callers must change",
    alarm: "energy-demand-latency",
    minutes: [16, 31],
    waits: true,
    run: async (stage) => {
      for (const minute of [0, 15]) {
        stage.at(minute);
        for (let i = 0; i < 60; i++) await stage.sendInvalid("energy-demand");
        await stage.send("energy-demand", 59);
        await stage.send("energy-demand", 1, { kind: "slow", inMs: 1_300 });
      }
    },
  },
  {
    fault:
      "1 of 60 requests takes 1.3 seconds in each of two quarters of an hour, with an objective of 1 second",
    alarm: "energy-demand-latency",
    minutes: [16, 31],
    waits: true,
    run: async (stage) => {
      for (const minute of [0, 15]) {
        stage.at(minute);
        await stage.send("energy-demand", 59);
        await stage.send("energy-demand", 1, { kind: "slow", inMs: 1_300 });
      }
    },
  },
  {
    fault:
      "1 of 60 requests takes 0.7 seconds in each of two quarters of an hour, with an objective of 1 second",
    alarm: undefined,
    waits: true,
    run: async (stage) => {
      for (const minute of [0, 15]) {
        stage.at(minute);
        await stage.send("energy-demand", 59);
        await stage.send("energy-demand", 1, { kind: "slow", inMs: 700 });
      }
    },
  },
  {
    fault:
      "1 of 30 requests takes 1.3 seconds in each of two quarters of an hour: too few for a percentile, also with 30 requests that callers must change",
    alarm: undefined,
    waits: true,
    run: async (stage) => {
      for (const minute of [0, 15]) {
        stage.at(minute);
        for (let i = 0; i < 30; i++) await stage.sendInvalid("energy-demand");
        await stage.send("energy-demand", 29);
        await stage.send("energy-demand", 1, { kind: "slow", inMs: 1_300 });
      }
    },
  },
  {
    fault:
      "The command `drift --put-metric` reports 1 feature that drifts, and 50 minutes later again; after the correction of the baseline, it reports none",
    alarm: "energy-demand-drift",
    minutes: [11, 62],
    run: async (stage) => {
      for (const [minute, features] of [
        [0, 0],
        [10, 1],
        [60, 1],
        [61, 0],
      ] as const) {
        stage.at(minute);
        stage.reportDrift("energy-demand", features);
      }
    },
  },
  {
    fault:
      "Asynchronous requests: the first instance starts 9 minutes after a request, and answers 2 minutes later",
    alarm: undefined,
    run: async (stage) => {
      await stage.deployWithoutInstance();
      stage.at(0);
      await stage.holdQueue("loan-default", async () => {
        await stage.enqueue("loan-default", 1);
        stage.at(9);
        await stage.deployWithInstance();
        stage.at(11);
      });
    },
  },
  {
    fault: "Asynchronous requests: no instance starts for 13 minutes",
    alarm: "loan-default-not-starting",
    minutes: [10, 16],
    run: async (stage) => {
      await stage.deployWithoutInstance();
      stage.at(0);
      await stage.enqueue("loan-default", 1);
      stage.at(13);
      await stage.deployWithInstance();
    },
  },
  {
    fault:
      "Asynchronous requests: in each of 20 minutes, SageMaker reports a backlog without an instance for a part of the minute",
    alarm: undefined,
    run: async (stage) => {
      for (let minute = 0; minute < 20; minute++) {
        stage.at(minute);
        stage.reportBacklog("loan-default", [1, 0]);
      }
    },
  },
  {
    fault: "A request is in the queue behind another request for 29 minutes, with an objective of 30 minutes",
    alarm: undefined,
    run: async (stage) => {
      await stage.deployWithInstance();
      stage.at(0);
      await stage.holdQueue("loan-default", async () => {
        await stage.enqueue("loan-default", 2);
        stage.at(29);
      });
    },
  },
  {
    fault: "A request is in the queue behind another request for 36 minutes, with an objective of 30 minutes",
    alarm: "loan-default-waiting",
    minutes: [31, 41],
    run: async (stage) => {
      await stage.deployWithInstance();
      stage.at(0);
      await stage.holdQueue("loan-default", async () => {
        await stage.enqueue("loan-default", 2);
        stage.at(36);
      });
    },
  },
  {
    fault:
      "The model answers 500 to 2 asynchronous requests, with an objective of 2 failed requests an hour, and to 3 requests 100 minutes later",
    alarm: "loan-default-failing",
    minutes: [31, 61],
    historyInMinutes: 110,
    run: async (stage) => {
      await stage.deployWithInstance();
      for (const [minute, failures] of [
        [-100, 2],
        [0, 2],
        [30, 1],
      ] as const) {
        stage.at(minute);
        await stage.sendToQueue("loan-default", 5);
        await stage.sendToQueue("loan-default", failures, { kind: "fail" });
      }
    },
  },
  {
    fault: "The model's container refuses 3 asynchronous requests with 400",
    alarm: "loan-default-failing",
    minutes: [1, 61],
    historyInMinutes: 1,
    run: async (stage) => {
      await stage.deployWithInstance();
      stage.at(0);
      await stage.sendToQueue("loan-default", 3, { kind: "refuse" });
    },
  },
  {
    fault: "3 asynchronous requests of another client expire in the queue",
    alarm: "loan-default-failing",
    minutes: [4, 64],
    run: async (stage) => {
      await stage.deployWithInstance();
      stage.at(0);
      await stage.holdQueue("loan-default", async () => {
        await stage.enqueue("loan-default", 1);
        await stage.enqueueAsClient("loan-default", 3, 60);
        stage.at(3);
      });
    },
  },
  {
    fault: "The endpoint of asynchronous requests does not exist: SageMaker refuses 3 requests",
    alarm: "loan-default-failing",
    minutes: [2, 62],
    run: async (stage) => {
      await stage.deploy((terraform) => {
        for (const fn of Object.values(terraform.resource.aws_lambda_function ?? {})) {
          if (fn.function_name !== "prod-loan-default") continue;
          const { variables } = fn.environment as { variables: Record<string, string> };
          variables.ENDPOINT_NAME = "missing";
        }
      });
      stage.at(1);
      await stage.send("loan-default", 3);
      await stage.deploy();
    },
  },
  {
    fault: "The function of asynchronous requests crashes for 3 requests within 40 minutes",
    alarm: "loan-default-failing",
    minutes: [41, 61],
    run: async (stage) => {
      for (const minute of [0, 20, 40]) {
        stage.at(minute);
        await stage.sendWithCrash("loan-default", 1);
      }
    },
  },
  {
    fault: "The function crashes in 3 reads of the answer of 1 asynchronous request within 40 minutes",
    alarm: "loan-default-failing",
    minutes: [41, 61],
    run: async (stage) => {
      await stage.deployWithInstance();
      stage.at(0);
      const [started] = await stage.enqueue("loan-default", 1);
      if (started === undefined) throw new Error("the request has no answer");
      for (const minute of [0, 20, 40]) {
        stage.at(minute);
        await stage.readWithCrash("loan-default", started, 1);
      }
    },
  },
  {
    fault: "The model answers 500 twice in a minute, after a minute with 1 such answer (rollback alarm)",
    alarm: "ticket-urgency-server-errors",
    minutes: [2, 5],
    run: async (stage) => {
      stage.at(0);
      await stage.send("ticket-urgency", 1, { kind: "fail" });
      stage.at(1);
      await stage.send("ticket-urgency", 2, { kind: "fail" });
    },
  },
  {
    fault: "The model takes 1.2 seconds, after a minute with an average of 0.6 seconds (rollback alarm)",
    alarm: "ticket-urgency-model-latency",
    minutes: [2, 5],
    run: async (stage) => {
      stage.at(0);
      await stage.send("ticket-urgency", 1);
      await stage.send("ticket-urgency", 1, { kind: "slow", inMs: 1_200 });
      stage.at(1);
      await stage.send("ticket-urgency", 1, { kind: "slow", inMs: 1_200 });
    },
  },
];
