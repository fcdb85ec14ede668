//! One field of a struct by its name.

use minijinja::Value as Jinja;
use minijinja::value::Serde;
use serde::ser::{Impossible, SerializeStruct};
use serde::{Serialize, Serializer};

/// The field of this name as a value; `None` where `entry` has none, or is no struct. The other
/// fields cost a comparison of names.
pub(super) fn field<T: Serialize>(entry: &T, name: &str) -> Option<Jinja> {
    let mut found = None;
    let mut visit = |known: &'static str, value: &dyn ErasedField| {
        if known == name {
            found = Some(value.value());
        }
    };
    entry.serialize(Fields { visit: &mut visit }).ok()?;
    found
}

/// The names of all fields, in the order in which they are declared.
pub(super) fn fields<T: Serialize>(entry: &T) -> Vec<&'static str> {
    let mut names = Vec::new();
    let mut visit = |name: &'static str, _: &dyn ErasedField| names.push(name);
    entry.serialize(Fields { visit: &mut visit }).ok();
    names
}

/// A field that is made into a value only when somebody wants it.
trait ErasedField {
    fn value(&self) -> Jinja;
}

impl<T: Serialize + ?Sized> ErasedField for &T {
    fn value(&self) -> Jinja {
        Jinja::from(Serde(*self))
    }
}

/// Goes over the fields of a struct; whatever is none has no fields.
struct Fields<'v> {
    visit: &'v mut dyn FnMut(&'static str, &dyn ErasedField),
}

/// Why a value has no fields. That it is one of `fmt`'s says no more than that serde knows it.
const NO_STRUCT: std::fmt::Error = std::fmt::Error;

impl SerializeStruct for Fields<'_> {
    type Ok = ();
    type Error = std::fmt::Error;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Self::Error> {
        (self.visit)(name, &value);
        Ok(())
    }

    fn end(self) -> Result<(), Self::Error> {
        Ok(())
    }
}

/// The methods for values that are no struct.
macro_rules! no_struct {
    ($($method:ident($($kind:ty),*) -> $ok:ty;)*) => {
        $(fn $method(self $(, _: $kind)*) -> Result<$ok, Self::Error> {
            Err(NO_STRUCT)
        })*
    };
}

type Never = Impossible<(), std::fmt::Error>;

impl Serializer for Fields<'_> {
    type Ok = ();
    type Error = std::fmt::Error;
    type SerializeSeq = Never;
    type SerializeTuple = Never;
    type SerializeTupleStruct = Never;
    type SerializeTupleVariant = Never;
    type SerializeMap = Never;
    type SerializeStruct = Self;
    type SerializeStructVariant = Never;

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Self::Error> {
        Ok(self)
    }

    no_struct! {
        serialize_bool(bool) -> ();
        serialize_i8(i8) -> ();
        serialize_i16(i16) -> ();
        serialize_i32(i32) -> ();
        serialize_i64(i64) -> ();
        serialize_u8(u8) -> ();
        serialize_u16(u16) -> ();
        serialize_u32(u32) -> ();
        serialize_u64(u64) -> ();
        serialize_f32(f32) -> ();
        serialize_f64(f64) -> ();
        serialize_char(char) -> ();
        serialize_str(&str) -> ();
        serialize_bytes(&[u8]) -> ();
        serialize_none() -> ();
        serialize_unit() -> ();
        serialize_unit_struct(&'static str) -> ();
        serialize_unit_variant(&'static str, u32, &'static str) -> ();
        serialize_seq(Option<usize>) -> Never;
        serialize_tuple(usize) -> Never;
        serialize_tuple_struct(&'static str, usize) -> Never;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Never;
        serialize_map(Option<usize>) -> Never;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Never;
    }

    fn serialize_some<T: Serialize + ?Sized>(self, _: &T) -> Result<(), Self::Error> {
        Err(NO_STRUCT)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: &T,
    ) -> Result<(), Self::Error> {
        Err(NO_STRUCT)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), Self::Error> {
        Err(NO_STRUCT)
    }
}
