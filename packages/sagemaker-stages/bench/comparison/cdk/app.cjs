// An AWS CDK app with the kinds and numbers of resources of the fixture app: per environment a REST API, and per model a
// function with its role, its log group and its permission, and a SageMaker model with its role, its endpoint
// configuration, its endpoint and its log group; per account the roles and policies of the deployers.
//
// `node app.cjs <app.json> [without-bundling]`: the file names environments, models and accounts, see `CdkApp` in
// bench/cdk-app.ts. esbuild bundles each function, unless the second argument is present.
const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const { App, Duration, RemovalPolicy, Stack, Tags } = require("aws-cdk-lib");
const apigateway = require("aws-cdk-lib/aws-apigateway");
const cloudfront = require("aws-cdk-lib/aws-cloudfront");
const origins = require("aws-cdk-lib/aws-cloudfront-origins");
const iam = require("aws-cdk-lib/aws-iam");
const lambda = require("aws-cdk-lib/aws-lambda");
const { NodejsFunction } = require("aws-cdk-lib/aws-lambda-nodejs");
const logs = require("aws-cdk-lib/aws-logs");
const s3 = require("aws-cdk-lib/aws-s3");
const sagemaker = require("aws-cdk-lib/aws-sagemaker");

const { environments, accounts, outdir } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const bundles = process.argv[3] !== "without-bundling";
const IMAGE = "404615174143.dkr.ecr.us-east-1.amazonaws.com/linear-learner:1";
const BUCKET = "amzn-s3-demo-bucket";

function logGroup(stack, id, logGroupName) {
  return new logs.LogGroup(stack, id, {
    logGroupName,
    retention: logs.RetentionDays.ONE_WEEK,
    removalPolicy: RemovalPolicy.DESTROY,
  });
}

function addEndpoint(stack, name, model) {
  const endpointName = `${name}-${model}`;
  const role = new iam.Role(stack, `${model}-endpoint-role`, {
    assumedBy: new iam.ServicePrincipal("sagemaker.amazonaws.com"),
  });
  const endpointLogs = logGroup(stack, `${model}-endpoint-logs`, `/aws/sagemaker/Endpoints/${endpointName}`);
  endpointLogs.grantWrite(role);
  const objects = s3.Bucket.fromBucketName(stack, `${model}-artifacts`, BUCKET);
  objects.grantRead(role, `${model}/*`);
  role.addToPolicy(new iam.PolicyStatement({ actions: ["ecr:GetAuthorizationToken"], resources: ["*"] }));
  const created = new sagemaker.CfnModel(stack, `${model}-model`, {
    executionRoleArn: role.roleArn,
    primaryContainer: { image: IMAGE, modelDataUrl: `s3://${BUCKET}/${model}/model.tar.gz` },
  });
  const configuration = new sagemaker.CfnEndpointConfig(stack, `${model}-configuration`, {
    productionVariants: [
      {
        variantName: "AllTraffic",
        modelName: created.attrModelName,
        serverlessConfig: { memorySizeInMb: 2048, maxConcurrency: 5 },
      },
    ],
  });
  const endpoint = new sagemaker.CfnEndpoint(stack, `${model}-endpoint`, {
    endpointName,
    endpointConfigName: configuration.attrEndpointConfigName,
  });
  return { endpoint, endpointName };
}

function addFunction(stack, name, model, endpointName) {
  const role = new iam.Role(stack, `${model}-function-role`, {
    assumedBy: new iam.ServicePrincipal("lambda.amazonaws.com"),
  });
  const functionName = `${name}-${model}`;
  const functionLogs = logGroup(stack, `${model}-function-logs`, `/aws/lambda/${functionName}`);
  functionLogs.grantWrite(role);
  role.addToPolicy(
    new iam.PolicyStatement({
      actions: ["sagemaker:InvokeEndpoint"],
      resources: [
        stack.formatArn({ service: "sagemaker", resource: "endpoint", resourceName: endpointName }),
      ],
    }),
  );
  const settings = {
    functionName,
    runtime: lambda.Runtime.NODEJS_22_X,
    memorySize: 512,
    timeout: Duration.seconds(29),
    environment: { ENDPOINT_NAME: endpointName },
    role,
    logGroup: functionLogs,
  };
  if (!bundles) {
    const code = lambda.Code.fromAsset(join(__dirname, "handlers"));
    return new lambda.Function(stack, `${model}-function`, {
      ...settings,
      code,
      handler: `${model}.handler`,
    });
  }
  return new NodejsFunction(stack, `${model}-function`, {
    ...settings,
    entry: join(__dirname, "handlers", `${model}.js`),
    projectRoot: __dirname,
    depsLockFilePath: join(__dirname, "package-lock.json"),
    bundling: { minify: true },
  });
}

function addWebsite(stack) {
  const bucket = new s3.Bucket(stack, "website", {
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    encryption: s3.BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    versioned: true,
  });
  new cloudfront.Distribution(stack, "distribution", {
    defaultRootObject: "index.html",
    defaultBehavior: {
      origin: origins.S3BucketOrigin.withOriginAccessControl(bucket),
      viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
      responseHeadersPolicy: new cloudfront.ResponseHeadersPolicy(stack, "headers", {
        securityHeadersBehavior: { contentTypeOptions: { override: true } },
      }),
    },
  });
}

class InferenceStack extends Stack {
  constructor(app, { name, region, account, models, website }) {
    super(app, name, { env: { region, account } });
    Tags.of(this).add("Project", "sagemaker-stages");
    const api = new apigateway.RestApi(this, "api", {
      restApiName: name,
      cloudWatchRole: false,
      endpointTypes: [apigateway.EndpointType.REGIONAL],
      deployOptions: { stageName: name, throttlingRateLimit: 1_000, throttlingBurstLimit: 2_000 },
      defaultCorsPreflightOptions: { allowOrigins: apigateway.Cors.ALL_ORIGINS },
    });
    const validator = api.addRequestValidator("validator", { validateRequestBody: true });
    for (const model of models) {
      const { endpoint, endpointName } = addEndpoint(this, name, model);
      const handler = addFunction(this, name, model, endpointName);
      handler.node.addDependency(endpoint);
      const schema = {
        type: apigateway.JsonSchemaType.OBJECT,
        properties: { data: { type: apigateway.JsonSchemaType.STRING } },
        required: ["data"],
      };
      api.root.addResource(model).addMethod("POST", new apigateway.LambdaIntegration(handler), {
        authorizationType: apigateway.AuthorizationType.IAM,
        requestValidator: validator,
        requestModels: { "application/json": api.addModel(`${model}-request`, { schema }) },
      });
    }
    const key = api.addApiKey("key");
    api.addUsagePlan("plan", { apiStages: [{ stage: api.deploymentStage }] }).addApiKey(key);
    if (website) addWebsite(this);
  }
}

class AccountStack extends Stack {
  constructor(app, { name, region, account, roles, policies }) {
    super(app, name, { env: { region, account } });
    const issuer = "token.actions.githubusercontent.com";
    const provider = new iam.CfnOIDCProvider(this, "github", {
      url: `https://${issuer}`,
      clientIdList: ["sts.amazonaws.com"],
    });
    // The first role writes the logs of API Gateway. Workflows assume the other roles.
    const gateway = new iam.Role(this, "api-gateway", {
      assumedBy: new iam.ServicePrincipal("apigateway.amazonaws.com"),
    });
    new apigateway.CfnAccount(this, "api-gateway-account", { cloudWatchRoleArn: gateway.roleArn });
    const deployers = Array.from(
      { length: roles - 1 },
      (_, index) =>
        new iam.Role(this, `deployer-${index}`, {
          assumedBy: new iam.WebIdentityPrincipal(provider.attrArn, {
            StringEquals: { [`${issuer}:aud`]: "sts.amazonaws.com" },
          }),
        }),
    );
    for (let index = 0; index < policies; index++) {
      new iam.ManagedPolicy(this, `policy-${index}`, {
        managedPolicyName: `${name}-${index}`,
        roles: [deployers[index % deployers.length]],
        statements: Array.from(
          { length: 10 },
          (_, part) =>
            new iam.PolicyStatement({
              actions: ["lambda:GetFunction", "lambda:UpdateFunctionCode"],
              resources: [`arn:aws:lambda:${region}:${account}:function:${name}-${index}-${part}`],
            }),
        ),
      });
    }
    new s3.Bucket(this, "state", {
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      encryption: s3.BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      versioned: true,
    });
  }
}

const app = new App({ outdir, analyticsReporting: false });
for (const account of accounts) new AccountStack(app, account);
for (const environment of environments) new InferenceStack(app, environment);
app.synth();
