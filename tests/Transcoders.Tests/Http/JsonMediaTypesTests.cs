using Transcoders.Http;

namespace Transcoders.Tests.Http;

public sealed class JsonMediaTypesTests
{
    [Theory]
    [InlineData("application/json", true)]
    [InlineData("Application/JSON; charset=utf-8", true)]
    [InlineData(" application/json ;a=b", true)]
    [InlineData("application/x-ndjson", true)]
    [InlineData("application/jsonl", true)]
    [InlineData("application/json-seq", true)]
    [InlineData("text/json", true)]
    [InlineData("application/problem+json", true)]
    [InlineData("application/vnd.api+JSON;v=1", true)]
    [InlineData("application/jsonx", false)]
    [InlineData("application/json+xml", false)]
    [InlineData("text/plain; a=application/json", false)]
    [InlineData("text/plain;+json", false)]
    [InlineData("", false)]
    [InlineData(";", false)]
    public void IsJson(string contentType, bool isJson) => Assert.Equal(isJson, JsonMediaTypes.IsJson(contentType));
}
