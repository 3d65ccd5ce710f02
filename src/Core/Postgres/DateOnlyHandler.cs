using System.Data;
using Dapper;

namespace Pipeline.Core.Postgres;

/// <summary>Lets Dapper hand dates to Npgsql, which knows them.</summary>
internal sealed class DateOnlyHandler : SqlMapper.TypeHandler<DateOnly>
{
    public static void Register() => SqlMapper.AddTypeHandler(new DateOnlyHandler());

    public override DateOnly Parse(object value) => value is DateOnly date ? date : DateOnly.FromDateTime((DateTime)value);

    public override void SetValue(IDbDataParameter parameter, DateOnly value) => parameter.Value = value;
}
